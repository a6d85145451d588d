#pragma once
/// Scenarios made up by chance: several processes, drivers good and bad, two folders, valid and invalid calls, ports
/// opened, used, connected, closed and killed, processes that exit, files that are replaced. Half of them are about the
/// rules of loading and unloading; in the others a driver does what the driver API can, on any occasion: timers,
/// vectors, monitors, descriptors, terms, queues, threads. The weights are such that what is rare occurs at least once
/// in a hundred scenarios (tests/verify/reach.cpp counts).
///
/// random_lifecycle.cpp has the calls about loading, random_wide.cpp those about everything else, random_ways.cpp the
/// sequences that lead to what single calls seldom reach.
#include "scenario/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::verify {

/// A call and the pattern of its value; empty: any value.
struct RandomCall {
    std::string text, pattern;
    std::string raises{}; ///< known after a run: what it raises, "error:badarg"; empty: it returns
};

/// A call or several without a pause, or anything else as JSON.
struct RandomStep {
    std::string by;
    std::vector<RandomCall> calls;
    bool blocks = false, ends_caller = false; ///< known after a run
    std::string other;                        ///< a JSON object; calls is empty then

    std::string text() const;
};

/// A scenario as the lines of its file: what shrinking takes steps from.
struct RandomScenario {
    std::string title;
    std::vector<std::string> processes; ///< "\"a\": { \"trap_exit\": true }"
    std::vector<RandomStep> steps;
    std::vector<std::string> findings; ///< known after a run: rule ids
    bool wide = false;                 ///< its drivers are those of drivers/wide/
    bool locks = false;                ///< a driver may become permanent: a node that ran it is spent

    std::string text() const; ///< the scenario file
};

/// The scenario as `ddlltool run` plays it and finds nothing wrong: with what raises, waits and is found in this run of
/// it, and without the steps that could not be done.
RandomScenario as_run(RandomScenario scenario, const scenario::RunResult& run);

/// The same numbers give the same scenario, on every machine.
RandomScenario random_scenario(std::uint64_t seed, std::uint64_t number);

} // namespace ddll::verify
