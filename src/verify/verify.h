#pragma once
/// verify/ is the real emulator as a second target of the step engine: a scenario is run by ddlltool and on a node, and
/// what both did is compared step by step. It knows nothing of reports. Here: what `ddlltool verify` does. Read next:
/// node_target.h (the node), simulated.h (ddlltool's own side), compare.h (both side by side), random.h.
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "verify/compare.h"
#include "verify/node.h"
#include "verify/recording.h"
#include "verify/tally.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::verify {

enum class Agreement : std::uint8_t {
    agrees,
    differs,
    excluded,     ///< the scenario is not for a node: ScenarioComparison::why
    not_compared, ///< ddlltool or the node could not begin: ScenarioComparison::why
};

struct StepDifference {
    std::uint32_t step = 0; ///< index into the flattened scenario
    Difference difference;
};

/// Something that a node cannot say, and the numbers of the steps that have it (none: the whole scenario).
struct NotCompared {
    std::string what;
    std::vector<std::uint32_t> steps; ///< as numbered in the file
};

struct ScenarioComparison {
    std::shared_ptr<const scenario::Scenario> scenario;
    std::vector<scenario::FlatStep> flat;
    std::string file, title;
    Agreement agreement = Agreement::not_compared;
    std::string why;
    std::vector<StepDifference> differences; ///< of the first step that has some: what follows is another scenario
    std::vector<NotCompared> not_compared;
    std::size_t steps_compared = 0;
    unsigned runs = 1;                        ///< on nodes; agreement is that of the last one
    Tally tally;                              ///< of the steps that agree
    std::optional<std::string> death;         ///< both died, and how the node did
    std::shared_ptr<RecordedScenario> record; ///< not null: what the node shows is to be kept
};

struct VerifyOptions {
    std::string erl = "erl";
    unsigned parallel = 1;
    std::optional<std::chrono::milliseconds> time_limit; ///< wins over the scenarios' own
    /// How long a node that shows less than ddlltool is looked at again before that counts as a difference.
    std::chrono::milliseconds patience{2'000};
    /// How often a scenario is run on nodes while it differs. Some of what an emulator does is left to chance, on a
    /// busy machine more of it: who comes first, a process that ends or the code of a driver. Where its own runs differ
    /// from each other, ddlltool agrees when it did as one of them.
    unsigned most_runs = 4;
    bool tries_orders = true; ///< random scenarios that differ are played in other orders of what has none, too
    bool records = false;     ///< keep what the node shows: ScenarioComparison::record
};

struct Verification {
    NodeFacts facts;
    std::string erl;      ///< the program; empty when it was compared with a recording
    std::string recorded; ///< the file of that
    std::vector<ScenarioComparison> scenarios;
    Tally tally; ///< of all of them
    bool interrupted = false;
};

/// Runs each scenario in ddlltool and on a node of its own. `progress` is called as each is compared, by any thread but
/// one at a time. The error tells why there is no node at all.
Result<Verification> verify(std::vector<scenario::Scenario> scenarios, const VerifyOptions& options,
                            const std::function<void(const ScenarioComparison&)>& progress);

/// The same with what a node answered at another time: no erl is needed. A scenario that is not in the recording, or
/// was another one when it was made, is not compared. recorded.cpp
Verification verify_recorded(std::vector<scenario::Scenario> scenarios, const Recording& recording,
                             const VerifyOptions& options,
                             const std::function<void(const ScenarioComparison&)>& progress);

/// What was kept of all of them.
Recording recording_of(const Verification& all);

} // namespace ddll::verify
