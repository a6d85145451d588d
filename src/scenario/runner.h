#pragma once
/// Runs scenarios, each in a child of its own, and says how each ended.
#include "scenario/result.h"
#include "scenario/run_here.h"

#include <functional>
#include <vector>

namespace ddll::scenario {

struct Runs {
    std::vector<RunResult> results; ///< in the order of the scenarios
    bool interrupted = false;       ///< by SIGINT or SIGTERM: some are skipped
};

/// `progress` is called as each one ends, in the order of their ends.
Runs run_all(std::vector<Scenario> scenarios, const RunOptions& options,
             const std::function<void(const RunResult&)>& progress);

} // namespace ddll::scenario
