#pragma once
/// A simulated process: it runs nothing by itself, actions are done in its name.
#include "base/id.h"
#include "host/processes/links.h"
#include "term/expr.h"
#include "term/term.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::host {

/// How a wrapper of erl_ddll turns the message it waited for into its value.
enum class WrapperKind : std::uint8_t { load, unload };

/// What a blocked call waits for.
struct WaitDriver { ///< erl_ddll:load/2 and its like: for the message of one reference, without limit
    RefId ref;
    WrapperKind kind;
};
struct WaitNotBusy { ///< port_command/2 or a send to a busy port: the whole request is tried again
    PortId port;
    term::Term data;
    ProcessId on_behalf_of; ///< the process named in the message, none for port_command/2
    bool says_ok = false;   ///< erlang:send/3: it returns no message
};
struct WaitInitAck { ///< open_port/2 of a driver with ERL_DRV_FLAG_USE_INIT_ACK, without limit
    PortId port;
};
struct WaitHalt {}; ///< the node is halting: nothing runs any more but ports that drain
using Wait = std::variant<std::monostate, WaitDriver, WaitNotBusy, WaitInitAck, WaitHalt>;

/// What functions named after BIFs return: a value, an exception, or "the caller is blocked" (its answer comes with a
/// later Step::Kind::resume).
using BifResult = term::Evaluated;
inline BifResult badarg() {
    return BifResult::raise(term::Term::atom("badarg"));
}

/// What a blocked call returns once it is resumed.
struct Answer {
    bool raised = false;
    term::Term value; ///< the reason when raised
};

struct Process {
    enum class State : std::uint8_t { running, exiting, dead };

    ProcessId id;
    std::string name; ///< what the scenario calls it
    State state = State::running;
    bool trap_exit = false;
    bool uses_drivers = false; ///< its exit scans the driver list
    term::Term exit_reason;    ///< once exiting
    bool scanned = false;      ///< the exit scan is done
    bool told = false;         ///< linked processes and monitors know
    std::vector<term::Term> mailbox;
    Links links;
    struct Monitor {
        RefId ref;
        Linked watcher;     ///< a process, which gets 'DOWN', or a port, whose driver's process_exit is called
        std::string name{}; ///< under which it was monitored, or empty
    };
    std::vector<Monitor> watched_by; ///< in order of monitoring, which is that of telling
    /// Links and monitors that were made when it had its exit signal already: they find nothing, one after the other.
    struct Late {
        Linked from;
        RefId ref{}; ///< of a monitor; none: a link
    };
    std::vector<Late> late;
    Wait wait;
    std::uint64_t woken_in = 0;     ///< the last turn (see signals.h) in which it joined the run queue
    std::uint64_t place = 0;        ///< in that: the smaller the sooner
    std::uint64_t signalled_in = 0; ///< ... that was not a message
    std::uint64_t messaged_in = 0;  ///< ... that was one
    std::optional<Answer> answer;   ///< set when the wait is over; the call returns when it is resumed

    bool alive() const { return state != State::dead; }
    bool blocked() const { return wait.index() != 0; }
};

/// The process or port as a 'DOWN' message shows it: {Name, Node} if it was monitored by a registered name.
term::Term monitored_object(const std::string& name, const term::Term& object);

} // namespace ddll::host
