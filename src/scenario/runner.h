#pragma once
/// Runs scenarios, each in a child of its own, and says how each ended.
#include "scenario/result.h"
#include "scenario/run_here.h"
#include "scenario/scenario.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace ddll::scenario {

struct RunOptions {
    std::optional<std::chrono::milliseconds> time_limit; ///< wins over the scenario's own
    bool free_threads = false;                           ///< threads of drivers run as they would on a node
    std::uint64_t seed = 0;  ///< 0: what has no order happens first in, first out; else its order is drawn from it
    bool lenient = false;    ///< expectations bind variables and nothing else
    bool probe = false;      ///< look at what libraries leave in the process, and time callbacks
    bool in_process = false; ///< no child: for debuggers; a crash of the driver is then one of ddlltool
    unsigned parallel = 1;
    std::optional<ComparedNode> compared_with{};
};

struct Runs {
    std::vector<RunResult> results; ///< in the order of the scenarios
    bool interrupted = false;       ///< by SIGINT or SIGTERM: some are skipped
};
using Played = Runs; // until verify/random.cpp says Runs

/// `progress` is called as each one ends, in the order of their ends.
Runs run_all(std::vector<Scenario> scenarios, const RunOptions& options,
             const std::function<void(const RunResult&)>& progress);

} // namespace ddll::scenario
