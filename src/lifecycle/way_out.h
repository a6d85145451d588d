#pragma once
/// What it takes until a driver's code can leave: a search over decide(), with processes and ports as plain values.
/// The search knows the calls that erl_ddll and ports offer, and what a host does when it carries them out.
#include "lifecycle/rules.h"

#include <variant>
#include <vector>

namespace ddll::lifecycle {

/// A process that could do something about it.
struct Person {
    ProcessId id;
    bool trap_exit = false;
    bool uses_drivers = false;    ///< its exit scans the driver list
    bool waits = false;           ///< inside a call: it can make no other
    std::vector<ProcessId> links; ///< to other persons
    bool operator==(const Person&) const = default;
};

struct HeldPort {
    PortId id;
    ProcessId owner;
    std::vector<ProcessId> links; ///< persons, the owner among them unless it unlinked
    bool queue_full = false;      ///< bytes in its queue: to close it is not enough
    bool draining = false;        ///< closed already, and waits for its queue
    bool operator==(const HeldPort&) const = default;
};

/// All that a driver's fate depends on.
struct Situation {
    DriverRecord record;
    std::vector<HeldPort> ports;
    std::uint32_t passing = 0; ///< holds that go in time without a call: async jobs, a stop_select to come
    std::uint32_t stuck = 0;   ///< holds that no call reaches: closed ports kept by references to their data lock
    std::vector<Person> persons;
};

namespace move {
struct Unload { ///< erl_ddll:try_unload(Name, []) or with kill_ports
    ProcessId by;
    bool kill_ports = false;
};
struct Close { ///< port_close(Port)
    ProcessId by;
    PortId port;
};
struct KillPort { ///< exit(Port, kill)
    ProcessId by;
    PortId port;
};
struct Exit { ///< exit(Pid, kill), by whoever may
    ProcessId process;
};
struct Pass {}; ///< time goes by until what is under way is over
} // namespace move

using Move = std::variant<move::Unload, move::Close, move::KillPort, move::Exit, move::Pass>;

/// By agreement nobody and nothing is killed: users unload, owners close their ports, jobs come to their end. By force
/// everything is allowed.
enum class Means : std::uint8_t { agreement, force };

/// Why there is no way.
enum class Obstacle : std::uint8_t {
    none,
    not_loaded,
    permanent,  ///< linked in, or locked by the driver itself
    stuck,      ///< Situation::stuck
    draining,   ///< a port waits for its queue, and only force would end that
    waiting,    ///< who would have to call waits inside a call
    no_such,    ///< the calls there are do not lead there
    not_proven, ///< too many possibilities to say
};

struct WayOut {
    std::vector<Move> moves;      ///< none are needed when it is empty and `obstacle` is none
    std::vector<ProcessId> dying; ///< who does not survive them
    std::vector<PortId> killed;   ///< ports that end before their owner closed them
    Obstacle obstacle = Obstacle::none;
};

/// The shortest sequence of moves after which a pending reload has happened, or, when none is pending, the driver is
/// unloaded. Of several the one in which fewest processes and ports die; of these the first in the order of persons and
/// ports.
WayOut way_out(const Situation& now, Means means);

/// What is left when `move` was made and everything that follows from it has happened.
struct Aftermath {
    Situation situation;
    Reply reply; ///< of erl_ddll's calls
    std::vector<ProcessId> died;
    std::vector<PortId> killed;
};
Aftermath after(Situation now, const Move& move);
/// The same for try_load/3; its path is that of the record where `load.path` is empty.
Aftermath after(Situation now, request::Load load);

} // namespace ddll::lifecycle
