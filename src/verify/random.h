#pragma once
/// Random stories by the thousand, each played by both players; one that differs is shrunk and handed back as a file's
/// text. One node plays many stories: between two it is reset, and replaced when it cannot be.
#include "verify/random_scenario.h"
#include "verify/verify.h"
#include "scenario/reader.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ddll::verify {

struct RandomOptions {
    std::uint64_t count = 0, seed = 1;
    std::uint64_t most_differences = 1; ///< stops after the story that found these
    VerifyOptions verify;
    scenario::ReadOptions read; ///< how stories find the sample drivers
};

struct RandomDifference {
    std::uint64_t number = 0;     ///< of the story, from 1
    std::size_t steps_before = 0; ///< steps before it was shrunk
    std::string text;             ///< the scenario file, as short as it got
    ScenarioComparison verdict;         ///< of that
};

struct RandomResult {
    NodeFacts facts;
    std::uint64_t stories = 0, differ = 0, steps = 0, nodes = 0;
    std::vector<RandomDifference> differences; ///< the first of those that differ, shrunk
    Tally tally;
    bool interrupted = false;
};

/// `progress` gets the number of stories done. The error tells why nothing could be played.
Result<RandomResult> verify_random(const RandomOptions& options, const std::function<void(std::uint64_t)>& progress);

} // namespace ddll::verify
