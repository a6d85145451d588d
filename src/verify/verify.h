#pragma once
/// Stories played by both players and compared: what `ddlltool verify` does.
#include "scenario/runner.h"
#include "scenario/scenario.h"
#include "verify/compare.h"
#include "verify/node.h"
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
    excluded,     ///< the story is not for a node: ScenarioComparison::why
    not_compared, ///< one of the players could not begin: ScenarioComparison::why
};

struct StepDifference {
    std::uint32_t step = 0; ///< index into the flattened story
    Difference difference;
};

/// Something of a story that a node cannot say, and the numbers of the steps that have it (none: the whole story).
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
    std::vector<StepDifference> differences; ///< of the first step that has some: what follows is another story
    std::vector<NotCompared> not_compared;
    std::size_t steps_compared = 0;
    Tally tally;                      ///< of the steps that agree
    std::optional<std::string> death; ///< both players died, and how the node did
};

struct VerifyOptions {
    std::string erl = "erl";
    unsigned parallel = 1;
    std::optional<std::chrono::milliseconds> time_limit; ///< wins over the stories' own
    /// How long a node that shows less than ddlltool is looked at again before that counts as a difference.
    std::chrono::milliseconds patience{2'000};
};

struct Verification {
    NodeFacts facts;
    std::string erl; ///< the program
    std::vector<ScenarioComparison> stories;
    Tally tally; ///< of all of them
    bool interrupted = false;
};

/// Plays each story in ddlltool and on a node of its own. `progress` is called as each is judged, by any thread but one
/// at a time. The error tells why there is no node at all.
Result<Verification> verify(std::vector<scenario::Scenario> scenarios, const VerifyOptions& options,
                            const std::function<void(const ScenarioComparison&)>& progress);

} // namespace ddll::verify
