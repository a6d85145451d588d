#pragma once
/// The simulated processes: their table and names, links and monitors between them, and what they are sent. Read next:
/// process.h, signals.h (what a process has been sent and did not handle yet), processes.cpp (how one ends).
#include "base/id.h"
#include "host/processes/process.h"
#include "host/processes/registry.h"
#include "host/processes/signals.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace ddll::host {

class Host;

/// When a question about a process waits until that has handled what it was sent.
enum class Question : std::uint8_t {
    waits_for_signals, ///< when it has been sent anything but messages
    waits_for_any,     ///< when it has been sent anything
    always_waits,      ///< it is asked itself
    to_no_process,     ///< another thread of the emulator has the answer, and all processes run meanwhile
};

class Processes {
public:
    explicit Processes(Host& host) : host_(host) {}

    ProcessId start(std::string name, bool trap_exit);
    Process* find(ProcessId id);
    const Process* find(ProcessId id) const { return const_cast<Processes*>(this)->find(id); }
    RefId fresh_reference() { return RefId{next_reference_++}; }
    Registry& registry() { return registry_; }
    const Registry& registry() const { return registry_; }
    /// The process will end with `reason` at the end of the time slice; the first reason counts.
    void mark_exiting(Process& process, term::Term reason);

    // --- calls that block ------------------------------------------------------------------------------------------

    /// What a blocked call returns; it returns when it is its turn.
    void set_answer(Process& process, Answer answer);
    /// What a blocked call waits for may be there: it is tried again when it is its turn.
    void try_again(ProcessId id);
    /// The answer of a call that was blocked, once; nothing while it is still blocked.
    std::optional<Answer> take_answer(ProcessId id);

    // --- signals (signals.cpp) -------------------------------------------------------------------------------------

    /// `by` makes the next calls without a pause: exit signals to it are held until one of them handles signals, or the
    /// last is done.
    void begin_turn(ProcessId by, std::size_t calls) {
        send_delayed();
        signals_.begin_turn(by, calls);
    }
    /// After each of them, before it returns. One that blocks ends the turn.
    void end_call(bool blocked);
    /// The calls that are left are not made.
    void end_turn();
    /// Those of the process whose turn it is.
    void handle_signals();
    /// What calls to ports and questions about processes do before they return to `by`: they handle its signals, and
    /// when there were any, or another process is `asked` (nullptr: none) and has to answer, others run first.
    void give_way(ProcessId by, const Process* asked, Question question = Question::waits_for_signals);
    /// The 'DOWN' of a monitor: unlike what erl_ddll sends under that name it is a signal.
    void monitor_down(Process& to, term::Term message, PortId from_port, ProcessId from_process);
    /// Tells a process of the last monitor that was made of it; who made it gives way.
    void send_delayed();
    /// An exit signal as a link or exit/2 sends it. `from` is the pid or port that sends.
    void exit_signal(Process& to, const term::Term& from, const term::Term& reason, ExitSource source);
    /// Puts a message into the mailbox (or gives it to the wrapper that waits for it) and journals it.
    void deliver(Process& to, term::Term message, PortId from_port, ProcessId from_process);
    /// What processes have been sent and did not handle yet.
    Signals& signals() { return signals_; }
    /// Forgets all messages: the scenario has read them.
    void empty_mailboxes();

    // --- BIFs (bifs.cpp) -------------------------------------------------------------------------------------------

    BifResult exit(ProcessId by, const term::Term& target, const term::Term& reason);
    BifResult link(ProcessId by, const term::Term& target);
    BifResult unlink(ProcessId by, const term::Term& target);
    BifResult monitor(ProcessId by, const term::Term& type, const term::Term& item);
    BifResult demonitor(ProcessId by, const term::Term& ref);
    BifResult register_name(ProcessId by, const term::Term& name, const term::Term& target);
    BifResult unregister(ProcessId by, const term::Term& name);
    BifResult whereis(const term::Term& name) const;
    /// Receiver ! Message, to a pid, a port or a registered name.
    BifResult send(ProcessId by, const term::Term& to, const term::Term& message, const term::Term& options);

    // --- halt ------------------------------------------------------------------------------------------------------

    /// The node is halting: no process runs any more.
    void stop_all();
    void end_all(const term::Term& reason);

    // --- for the steps of the host ---------------------------------------------------------------------------------

    bool idle() const { return exiting_.empty() && resumable_.empty() && ended_links_.empty(); }
    /// The first of those that exit, or that have ports to tell of it; or nullptr.
    const Process* exiting() const {
        if (!ended_links_.empty()) return find(ended_links_.front().from);
        return exiting_.empty() ? nullptr : find(exiting_.front());
    }
    /// It is the one whose turn it is, and two others run before it would have the next.
    bool others_run_before_end(const Process& process) const {
        return process.id == signals_.caller() && signals_.two_others_run();
    }
    const std::deque<ProcessId>& resumable() const { return resumable_; }
    /// The first that exits gives back what it loaded, ...
    void scan_exit();
    /// ... and, as the next step, is dead for linked processes and monitors, and, when drivers that it alone held have
    /// left, for its linked ports, one at a time.
    void signal_exit();
    /// Those in the run queue have their turns, as they were woken; `all`: also who is woken meanwhile, and ports that
    /// are to hear of an end. Else that is done after the caller's next turn, which is the last that is counted.
    void run_queue(bool all);
    void resume();

private:
    BifResult link_to_nothing(Process& self, const term::Term& target);
    bool give_to_wrapper(Process& process, const term::Term& message);

    Host& host_;
    std::unordered_map<ProcessId, std::unique_ptr<Process>> processes_;
    Registry registry_;
    Signals signals_;
    struct EndedLink {
        ProcessId from;
        PortId to;
    };
    std::deque<EndedLink> ended_links_; ///< of processes that ended; an emulator runs one port for each process
    std::deque<ProcessId> exiting_;     ///< in order of death
    std::deque<ProcessId> resumable_;   ///< blocked calls that may go on
    std::uint64_t next_process_ = 80;   ///< as in a freshly started node, where 0.80.0 or so is the first free pid
    std::uint64_t next_reference_ = 1;
};

} // namespace ddll::host
