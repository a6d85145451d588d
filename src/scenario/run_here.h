#pragma once
/// Runs a scenario in this process, in the current folder, against the simulated emulator: the child's side of a run.
/// All it leaves is the journal.
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "scenario/versions.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::scenario {

/// A real node that a run is to be compared with: what differs from machine to machine is taken from it. Such a run is
/// lenient, a call whose variables have no value is left out, and after each step erl_ddll:info() is journaled, as
/// called by no process.
struct ComparedNode {
    words::Release release = words::newest_release;
    std::string erts_version{};         ///< its own patch release; empty: that of the table
    std::vector<std::string> linked_in; ///< names of its linked-in drivers, oldest first
    std::uint64_t first_port = 5;       ///< number of the first port that a scenario opens
    bool open_error_preset = true;      ///< its list of dlopen texts begins with one of its own
};

class FactsOnce;

struct RunOptions {
    std::optional<std::chrono::milliseconds> time_limit; ///< wins over the scenario's own
    bool free_threads = false;                           ///< threads of drivers run as they would on a node
    /// 0: what has no order happens first in, first out; else its order is drawn from it. Where a run is to be compared
    /// it is the number of an order of kinds, see host::OneOrderOfKinds.
    std::uint64_t seed = 0;
    bool lenient = false;    ///< expectations bind variables and nothing else
    bool probe = false;      ///< look at what libraries leave in the process, and time callbacks
    bool in_process = false; ///< no child: for debuggers; a crash of the driver is then one of ddlltool
    unsigned parallel = 1;
    bool patient = false; ///< the limit counts from the last entry of the journal on: who gets on is not stuck
    std::optional<std::chrono::steady_clock::time_point> until{}; ///< with it: what is not done by then is left out
    std::optional<ComparedNode> compared_with{};
    std::optional<words::Release> release{};    ///< that is simulated; nothing: the newest that the scenario is for
    std::optional<words::AtomTag> term_atoms{}; ///< as another release writes them, and nothing else of it
    std::optional<std::uint8_t> fresh_memory{}; ///< in a child: what new memory is filled with
    std::shared_ptr<FactsOnce> facts{};         ///< of several calls of run_all() with the same files
};

/// The release that `options` ask for; nothing: each scenario's own.
inline std::optional<words::Release> wanted_release(const RunOptions& options) {
    return options.compared_with ? options.compared_with->release : options.release;
}

/// Ends after the last step, or (unless it is lenient) after the first one that failed. In a child nothing is torn
/// down: the process ends after the run, and threads may still run.
void run_here(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
              const RunOptions& options, journal::Journal& journal);

} // namespace ddll::scenario
