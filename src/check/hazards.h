#pragma once
/// What a run that looked closely (host::Options::probe) says about replacing a driver: what was left in the process,
/// how the versions differ, what took long, why a load failed. Beside findings.h, which every run gets.
#include "check/findings.h"

#include <string>
#include <string_view>
#include <vector>

namespace ddll::check {

std::vector<Finding> find_hazards(const journal::Journal& journal, const Names& names);

/// How a child died, as far as rules speak of it.
struct DeathNote {
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
std::vector<Finding> find_in_death(const DeathNote& death);

/// Rules that these two can report, sorted.
std::span<const std::string_view> hazard_rules();

} // namespace ddll::check
