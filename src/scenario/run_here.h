#pragma once
/// Runs a scenario in this process, in the current folder, against the simulated emulator: the child's side of a run.
/// All it leaves is the journal.
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "scenario/versions.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario {

/// A real node that a run is to be compared with: what differs from machine to machine is taken from it. Such a run is
/// lenient, a call whose variables have no value is left out, and after each step erl_ddll:info() is journaled, as
/// called by no process.
struct ComparedNode {
    std::vector<std::string> linked_in; ///< names of its linked-in drivers, oldest first
    std::uint64_t first_port = 5;       ///< number of the first port that a scenario opens
    bool open_error_preset = true;      ///< its list of dlopen texts begins with one of its own
};

struct StepOptions {
    std::uint64_t seed = 0;    ///< 0: first in, first out; else the order of what has no order is drawn from it
    bool free_threads = false; ///< as Scenario::free_threads
    bool probe = false;        ///< host::Options::probe
    bool lenient = false;      ///< goes on whatever happens: what the driver answers is not known
    bool in_child = false;     ///< the process ends after the run: nothing is torn down, threads may still run
    std::optional<ComparedNode> compared_with{};
};

/// Ends after the last step, or (unless it is lenient) after the first one that failed.
void run_here(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
              const StepOptions& options, journal::Journal& journal);

} // namespace ddll::scenario
