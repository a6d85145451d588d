#pragma once
/// Scenarios made up by chance: several processes, drivers good and bad, two folders, valid and invalid calls, ports
/// opened, used, connected, closed and killed, processes that exit, files that are replaced. Half of them are about the
/// rules of loading and unloading; in the others a driver does what the driver API can, on any occasion: timers,
/// vectors, monitors, descriptors, terms, queues, threads. The weights are such that what is rare occurs at least once
/// in a hundred scenarios (tests/verify/reach.cpp counts).
///
/// random_lifecycle.cpp has the calls about loading, random_wide.cpp those about everything else, random_ways.cpp the
/// sequences that lead to what single calls seldom reach.
#include <cstdint>
#include <string>
#include <vector>

namespace ddll::verify {

/// A scenario as the lines of its file: what shrinking takes steps from.
struct RandomScenario {
    std::string title;
    std::vector<std::string> processes; ///< "\"a\": { \"trap_exit\": true }"
    std::vector<std::string> steps;     ///< JSON objects
    bool wide = false;                  ///< its drivers are those of drivers/wide/
    bool locks = false;                 ///< a driver may become permanent: a node that ran it is spent

    std::string text() const; ///< the scenario file
};

/// The same numbers give the same scenario, on every machine.
RandomScenario random_scenario(std::uint64_t seed, std::uint64_t number);

} // namespace ddll::verify
