#pragma once
/// What a process that runs has been sent and has not handled yet. In a step of several calls it goes on without giving
/// up its time slice: exit signals and those of monitors wait until a call makes it handle them, and messages behind
/// them wait, too (measured on OTP 25). Until then it may change trap_exit, unlink or demonitor, and that counts.
#include "base/id.h"
#include "host/processes/process.h"
#include "term/term.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace ddll::host {

/// Where an exit signal comes from.
enum class ExitSource : std::uint8_t {
    exit_bif, ///< exit/2: `kill` cannot be trapped, and `normal` to oneself counts
    link,     ///< a link: forgotten by unlink/1 before it is handled
    port,     ///< a port that got a malformed message
};

enum class SignalKind : std::uint8_t {
    exit,
    down,    ///< of a monitor: its message
    message, ///< behind others
    link,    ///< to a port that a driver has created for the process
    spent,   ///< changes nothing: the answer to unlink/1, or what unlink/1 and demonitor/1 have made void
};

struct Signal {
    SignalKind kind = SignalKind::spent;
    ExitSource source = ExitSource::link;
    term::Term from;    ///< of an exit signal
    term::Term content; ///< its reason, or the message
    PortId from_port;   ///< of a message
    ProcessId from_process;
};

/// A monitor of a process is not told to it at once, for what is sent next may go with it: it is when the next one is
/// made, or its maker gives way (measured on OTP 25).
struct DelayedMonitor {
    ProcessId by;
    ProcessId target;
    term::Term ref;
    term::Term down; ///< the message that answers when the target has ended, else nil
};

class Signals {
public:
    /// `by` has its turn, and makes so many calls without a pause: signals to it are held until the last one is done.
    /// Forgets who was woken before.
    void begin_turn(ProcessId by, std::size_t calls) {
        caller_ = by;
        calls_left_ = calls;
        holding_ = calls > 0;
        rest();
    }
    /// One of the calls is done; true when it was the last.
    bool end_call() { return calls_left_ == 0 || --calls_left_ == 0; }

    ProcessId caller() const { return caller_; }
    bool holds_for(ProcessId to) const { return holding_ && to == caller_; }
    void set_holding(bool holding) { holding_ = holding; }
    bool empty() const { return held_.empty(); }
    void hold(Signal signal) { held_.push_back(std::move(signal)); }
    std::vector<Signal> take() { return std::exchange(held_, {}); }

    void delay(DelayedMonitor monitor) { delayed_ = std::move(monitor); }
    std::optional<DelayedMonitor> take_delayed() { return std::exchange(delayed_, std::nullopt); }

    /// The end of a link to `other` is known, and its exit signal waits.
    bool has_exit_of(const term::Term& other) const;
    void unlinked(const term::Term& other);
    /// True when the process had not been told of the monitor yet.
    bool demonitored(const term::Term& ref);

    /// A process has a message or another signal to handle.
    void wake(Process& to, bool signal) {
        if (to.id == caller_) return;
        (signal ? to.signalled_in : to.messaged_in) = turn_;
        enqueue(to);
    }
    /// Has something to do, and waits for a turn of its own.
    void enqueue(Process& process) {
        if (process.id != caller_) enqueue_caller(process);
    }
    /// Also one whose turn it is: it has another.
    void enqueue_caller(Process& process) {
        if (process.woken_in == turn_) return;
        process.woken_in = turn_;
        process.place = ++places_;
        queue_.push_back(process.id);
    }
    /// Those in the run queue, as they come.
    std::vector<ProcessId> take_queue() { return std::exchange(queue_, {}); }
    /// Has its turn.
    static void leave_queue(Process& process) { process.woken_in = process.signalled_in = process.messaged_in = 0; }
    /// Takes the link out of the tree of `of`; where signals to it are held that is when it handles them.
    void forget_link(Process& of, const Linked& other) const {
        if (holds_for(of.id))
            of.links.leave(other);
        else
            of.links.remove(other);
    }
    /// It has something to handle that changes nothing else: a driver's monitor of it was made, or removed.
    void tell(Process& to) {
        if (holds_for(to.id))
            hold({});
        else
            wake(to, true);
    }
    /// Of anything but messages. A question to such a process waits until it has handled that.
    bool has_signal(const Process& process) const { return process.signalled_in == turn_; }
    /// Of messages: such a process has more to do than to handle signals, and is seen to run.
    bool has_message(const Process& process) const { return process.messaged_in == turn_; }
    /// All have had a turn.
    void rest() {
        ++turn_;
        queue_.clear();
    }
    /// At least two others will run before the caller has its next turn (see Ports::pass_turn).
    bool two_others_run() const { return queue_.size() >= 2; }

private:
    ProcessId caller_;
    std::size_t calls_left_ = 0;
    bool holding_ = false;
    std::uint64_t turn_ = 0;
    std::vector<ProcessId> queue_; ///< others than the caller, in the order in which they were woken
    std::uint64_t places_ = 0;
    std::vector<Signal> held_;
    std::optional<DelayedMonitor> delayed_;
};

} // namespace ddll::host
