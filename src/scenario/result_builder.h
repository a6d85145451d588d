#pragma once
/// From what a child left (its journal and its ending) to a RunResult. Parent side.
#include "scenario/result.h"
#include "scenario/runner.h"
#include "scenario/versions.h"

namespace ddll::scenario {

/// Everything of one run that lives in the parent while the child runs.
struct Running {
    std::shared_ptr<const Scenario> scenario;
    std::vector<FlatStep> steps;
    std::shared_ptr<journal::Journal> journal;
    std::shared_ptr<const Versions> versions;
    bool goes_on = false; ///< looked at in the middle: that no end was reached is as it should be
};

RunResult build_result(Running running, const isolate::Ending& ending, const RunOptions& options);

} // namespace ddll::scenario
