#pragma once
/// Plays a story in this process, in the current folder: builds the host, does the steps, compares, journals. The
/// child's side of a run; all it leaves is the journal.
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "scenario/versions.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario {

/// Playing for a comparison with a node. Expectations bind variables and nothing else: the story goes on whatever
/// happens, and a call whose variables have no value is left out. After each step erl_ddll:info() is journaled, as
/// called by no process. What differs from machine to machine is taken from the node.
struct Comparison {
    std::vector<std::string> linked_in; ///< names of its linked-in drivers, oldest first
    std::uint64_t first_port = 5;       ///< number of the first port that a story opens
    bool open_error_preset = true;      ///< its list of dlopen texts begins with one of its own
};

struct StepOptions {
    std::uint64_t seed = 0;    ///< 0: first in, first out; else the order of what has no order is drawn from it
    bool free_threads = false; ///< as Scenario::free_threads
    bool probe = false;        ///< host::Options::probe
    bool lenient = false;      ///< goes on whatever happens: nobody knows what the driver answers
    bool in_child = false;     ///< the process ends after the play: nothing is torn down, threads may still run
    std::optional<Comparison> comparison{};
};

/// Ends after the last step, or (but for comparisons) after the first one that does not hold.
void play(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
          const StepOptions& options, journal::Journal& journal);

} // namespace ddll::scenario
