#pragma once
/// Where in the files of the project something is to be shown.
#include "report/report.h"

#include <string>

namespace ddll::report {

struct Location {
    std::string file; ///< empty: nowhere
    int line = 0;     ///< 0: unknown
};

/// The path below `root`, or as it is when it is relative already; "" for one outside of it.
std::string below(const std::string& path, const std::string& root);

/// The same with its path below `root`, where it lies there.
Location relative(Location location, const std::string& root);

/// The innermost frame whose source lies below `root`; else nowhere.
Location source_of(const std::vector<scenario::StackFrame>& stack, const std::string& root);

/// The line of the scenario that the step stands in; the scenario's file for one that is none of its steps.
Location step_location(const scenario::RunResult& result, std::uint32_t step);

/// The driver's source where it is known, else the step.
Location location_of(const scenario::RunResult& result, const scenario::RunFinding& finding, const Options& options);
Location location_of(const scenario::RunResult& result, const scenario::Death& death, const Options& options);

/// "step 7: alice  erl_ddll:unload(counter)"; empty for none.
std::string step_words(const scenario::RunResult& result, std::uint32_t step);

} // namespace ddll::report
