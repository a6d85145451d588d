#pragma once
/// verify/ is the real emulator as a second player: a story is played in ddlltool and on a node, and what both did is
/// compared step by step. It knows nothing of reports. StepRecord is what one player did in one step; both players
/// make the same kind (simulated.h from a journal, node_player.h from a node), and compare.h lays them side by side.
#include "scenario/step_view.h"
#include "term/term.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ddll::verify {

/// How a call ended.
struct Outcome {
    enum class Kind : std::uint8_t { value, error, exit, throw_, blocked } kind = Kind::value;
    term::Term term; ///< the reason of an exception; nothing for blocked
};

/// A variable had no value: nothing was called.
bool never_called(const Outcome& outcome);

struct StepRecord {
    bool skipped = false;                ///< the step could not be done: see `why`
    std::string why;                     ///< "alice has ended", "P has no value"
    std::vector<Outcome> returns;        ///< of each call; fewer when the caller ended in one
    std::map<std::string, Outcome> late; ///< calls of earlier steps that returned, by process
    std::map<std::string, std::vector<scenario::Arrival>> messages; ///< `before_return` tells of the caller only
    std::map<std::string, term::Term> exits;
    std::vector<scenario::DriverCall> driver_calls; ///< ports in arguments are numbers: 1 for the first that started
    std::optional<term::Term> info;                 ///< erl_ddll:info() at the end of the step
    std::optional<std::string> death;               ///< the player itself died in this step, and how
};

} // namespace ddll::verify
