#pragma once
/// What a live node says of its drivers when it is asked through Erlang's distribution: erl_ddll:info/0, its ports, and
/// the processes that have to do with them. Asks only; no code is sent, nothing is loaded there.
#include "base/result.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ddll::doctor {

/// As the node itself writes it: "<0.87.0>".
using PidText = std::string;

struct NodeProcess {
    PidText pid;
    std::string registered; ///< empty: under no name
    std::string begun_by;   ///< "kv_owner:init/1"
    std::string inside;     ///< the function it is in: "gen_server:loop/7"
    bool trap_exit = false;
    std::vector<PidText> links;
};

struct NodePort {
    std::string port; ///< "#Port<0.5>"
    PidText owner;
    std::vector<PidText> links;
    std::uint64_t queued = 0; ///< bytes
};

using ProcessCounts = std::vector<std::pair<PidText, std::uint32_t>>;

/// What erl_ddll:info/0 says of one driver, and the ports that it has.
struct NodeDriver {
    std::string name;
    ProcessCounts loads, awaiting_load, awaiting_unload;
    bool kill_ports = false, linked_in = false, permanent = false;
    std::uint32_t port_count = 0;
    std::vector<NodePort> ports; ///< those that can be told by their name; a closed one that waits cannot be seen
};

struct NodeState {
    std::string name;                   ///< "kv@db1"
    std::string release;                ///< "25"
    pid_t pid = 0;                      ///< on its own machine
    std::vector<NodeDriver> drivers;    ///< in the order of erl_ddll:info/0
    std::vector<NodeProcess> processes; ///< users, those that wait, owners of ports
};

struct NodeAddress {
    std::string name;                        ///< NAME@HOST
    std::string cookie;                      ///< empty: that of ~/.erlang.cookie
    std::chrono::milliseconds limit{10'000}; ///< for each question
};

/// Connects as a hidden node, asks and disconnects. Errors: no such host, no epmd there, no node of that name, a cookie
/// that is refused, no answer in time.
Result<NodeState> ask_node(const NodeAddress& address);

/// Does the node of that name run on this machine, so that its process can be checked?
bool runs_here(const std::string& name);

} // namespace ddll::doctor
