#pragma once
/// Scenarios made up by chance, about the rules of loading and unloading: several processes, drivers good and bad, two
/// folders, valid and invalid calls, ports opened, used, connected, closed and killed, processes that exit, files that
/// are replaced. The weights are such that the rare replies and messages occur too.
#include <cstdint>
#include <string>
#include <vector>

namespace ddll::verify {

/// A scenario as the lines of its file: what shrinking takes steps from.
struct RandomScenario {
    std::string title;
    std::vector<std::string> processes; ///< "\"a\": { \"trap_exit\": true }"
    std::vector<std::string> steps;     ///< JSON objects
    bool locks = false;                 ///< a driver may become permanent: a node that ran it is spent

    std::string text() const; ///< the scenario file
};

/// The same numbers give the same scenario, on every machine.
RandomScenario random_scenario(std::uint64_t seed, std::uint64_t number);

} // namespace ddll::verify
