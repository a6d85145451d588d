#pragma once
/// Random scenarios by the thousand, each run by ddlltool and by a node; one that differs is shrunk and handed back as
/// the text of a file. One node runs many scenarios: between two it is reset, and replaced when it cannot be.
#include "scenario/reader.h"
#include "verify/random_scenario.h"
#include "verify/verify.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ddll::verify {

struct RandomOptions {
    std::uint64_t count = 0, seed = 1;
    std::uint64_t most_differences = 1; ///< stops after the scenario that found these
    VerifyOptions verify;
    scenario::ReadOptions read;          ///< how scenarios find the sample drivers
    const Recording* recorded = nullptr; ///< compare with this instead of a node
};

struct RandomDifference {
    std::uint64_t number = 0;      ///< of the scenario, from 1
    std::size_t steps_before = 0;  ///< steps before it was shrunk; 0: it was not
    std::string text;              ///< the scenario file, as short as it got; it passes
    ScenarioComparison comparison; ///< of that
};

struct RandomResult {
    NodeFacts facts;
    std::uint64_t scenarios = 0, differ = 0, steps = 0, nodes = 0;
    std::uint64_t vary = 0;                    ///< agree, though another run of the node did something else
    std::uint64_t not_recorded = 0;            ///< are not in the recording, so that nothing judges them
    std::vector<RandomDifference> differences; ///< the first of those that differ, shrunk
    Tally tally;
    Recording recording; ///< of those that agree, where it is wanted: what differs may be the node's chance
    bool interrupted = false;
};

/// `progress` gets the number of scenarios done. The error tells why nothing could be run.
Result<RandomResult> verify_random(const RandomOptions& options, const std::function<void(std::uint64_t)>& progress);

} // namespace ddll::verify
