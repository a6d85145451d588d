#pragma once
/// Plays a story in this process, in the current folder: builds the host, does the steps, compares, journals. The
/// child's side of a run; all it leaves is the journal.
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "scenario/versions.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace ddll::scenario {

struct PlayOptions {
    std::uint64_t seed = 0;    ///< 0: first in, first out; else the order of what has no order is drawn from it
    bool free_threads = false; ///< as Scenario::free_threads
    bool in_child = false;     ///< the process ends after the play: nothing is torn down, threads may still run
    std::string_view (*api_function)(std::uint16_t) = nullptr;
};

/// Ends after the last step, or after the first one that does not hold.
void play(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
          const PlayOptions& options, journal::Journal& journal);

} // namespace ddll::scenario
