#pragma once
/// session/ is an emulator one talks to for a while: a server that keeps the scenario and never loads a driver, a child
/// of it that does, and clients that come and go. Every request is one step of a scenario, written as scenarios write
/// it. Here: what the child's emulator looks like between two steps, as a value that outlives it. Read next: protocol.h
/// (what client and server say to each other), session_model.h (what the server keeps), emulator.h (the child),
/// server.h.
///
/// Thread rules: there are none to keep. Client and server have one thread each, the child's host has its own rules,
/// and the three share nothing but sockets and the journal, which is read between steps or when its writer is dead.
#include "host/host.h"
#include "lifecycle/way_out.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace ddll::session {

/// What a process waits for inside a call.
struct Wait {
    enum class Kind : std::uint8_t { none, message, not_busy, init_ack, halt } kind = Kind::none;
    std::uint64_t id = 0; ///< of the message's reference, or of the port
    bool operator==(const Wait&) const = default;
};
/// "the message of Ref1"; empty for none.
std::string wait_text(const Wait& wait, const term::Namer& namer);

struct ProcessState {
    lifecycle::Person person;
    std::string name;
    bool alive = true;
    Wait wait;
    std::string reason; ///< why it ended, as Erlang text
};

struct PortState {
    lifecycle::HeldPort held;
    std::string name; ///< the text it was opened with
    host::Port::State state = host::Port::State::starting;
    PortId creator; ///< of driver_create_port
    std::uint64_t queue = 0;
    bool busy = false;
    bool has_flush = false;
    bool armed = false; ///< a timer, a selected descriptor or a job may yet call the driver for it
};

struct DriverState {
    std::string name;
    DriverId id;
    ImageId image; ///< none: no library is open
    lifecycle::DriverRecord record;
    std::vector<PortState> ports; ///< in order of opening; of very many the first ones
    std::uint32_t jobs = 0;
    std::uint32_t stuck = 0; ///< closed ports that something still refers to
};

struct State {
    VirtualTime now;
    std::vector<ProcessState> processes;
    std::vector<DriverState> drivers; ///< newest first, as erl_ddll:info/0 lists them
};

/// More ports of one driver than this are counted, not listed.
inline constexpr std::size_t most_ports_listed = 2000;

/// "closing"
const char* name(host::Port::State state);

State look_at(const host::Host& host, const std::map<std::string, ProcessId>& processes, const term::Namer& namer);

/// What the rules need to know of it; the processes that ended are not in it.
lifecycle::Situation situation_of(const DriverState& driver, const std::vector<ProcessState>& processes);

nlohmann::json to_json(const State& state);
/// Of what to_json made; anything else is a bug of the other side and throws nlohmann::json::exception.
State state_from(const nlohmann::json& json);

} // namespace ddll::session
