#pragma once
/// What the way a child died says about its driver.
#include "findings/findings.h"

#include <string>
#include <vector>

namespace ddll::findings {

/// How a child died, as far as rules speak of it.
struct CrashNote {
    std::string callback; ///< in which it was; empty: in none
    std::string driver;
    std::string signal;    ///< "SIGSEGV", empty when it ended otherwise
    std::string exception; ///< that nobody caught
    std::string fatal;     ///< "Fatal error in ..."
    bool exited = false, timed_out = false, stack_exhausted = false;
    bool in_unloaded_code = false; ///< it ran, or touched, what had been a library of a driver
    std::string headline;
};
/// Nothing when no rule speaks of it.
std::vector<Finding> find_in_crash(const CrashNote& death);

} // namespace ddll::findings
