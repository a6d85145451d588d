#pragma once
/// What would free a driver of a live node: lifecycle::way_out on what the node says of it. Pure.
#include "doctor/node_state.h"
#include "lifecycle/way_out.h"

#include <string>
#include <vector>

namespace ddll::doctor {

/// What erl_ddll:info tells of a driver's state. A reload without a waiting process does not show in it.
enum class Pending : std::uint8_t { nothing, unload, reload };
Pending pending_of(const NodeDriver& driver);

/// One call of a way out.
struct WayStep {
    PidText by;       ///< who must make it itself; empty: anybody, in a shell of the node
    std::string call; ///< Erlang to paste
};

struct Way {
    lifecycle::Means means{};
    lifecycle::Obstacle obstacle = lifecycle::Obstacle::none;
    std::vector<WayStep> steps;
    std::vector<PidText> dying;      ///< processes that do not survive it
    std::vector<std::string> killed; ///< ports that end before their owner closed them
};

/// The shortest sequence of calls after which what is pending has happened, or else the driver is unloaded: by
/// agreement, and by force where that is shorter or the only one.
std::vector<Way> ways_out(const NodeDriver& driver, const std::vector<NodeProcess>& processes);

} // namespace ddll::doctor
