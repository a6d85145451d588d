#include "host/processes/signals.h"

#include "host/host.h"
#include "term/abridge.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

using term::Term;

bool Signals::has_exit_of(const Term& other) const {
    return std::ranges::any_of(held_, [&](const Signal& s) {
        return s.kind == SignalKind::exit && s.source == ExitSource::link && s.from == other;
    });
}

// What is void stays in the queue: its process has it to handle all the same (measured).
void Signals::unlinked(const Term& other) {
    for (Signal& s : held_)
        if (s.kind == SignalKind::exit && s.source == ExitSource::link && s.from == other) s.kind = SignalKind::spent;
}

bool Signals::demonitored(const Term& ref) {
    const bool was_delayed = delayed_ && delayed_->ref == ref;
    if (was_delayed) delayed_.reset();
    for (Signal& s : held_)
        if (s.kind == SignalKind::down && s.content.elements()[1] == ref) s.kind = SignalKind::spent;
    return was_delayed;
}

void Processes::exit_signal(Process& to, const Term& from, const Term& reason, ExitSource source) {
    if (to.state != Process::State::running || host_.halting()) return;
    if (signals_.holds_for(to.id)) {
        signals_.hold({SignalKind::exit, source, from, reason, {}, {}});
        return;
    }
    signals_.wake(to, true);
    // exit/2 with kill cannot be trapped; a kill that comes along a link can, and was renamed by its sender.
    const bool by_exit_bif = source == ExitSource::exit_bif;
    if (by_exit_bif && reason.is_atom("kill")) {
        mark_exiting(to, Term::atom("killed"));
    } else if (to.trap_exit) {
        const PortId port = from.is(Term::Kind::port) ? PortId{from.as_port()} : PortId{};
        const ProcessId process = from.is(Term::Kind::pid) ? ProcessId{from.as_pid()} : ProcessId{};
        deliver(to, term::make_tuple(host_.common().exit, from, reason), port, process);
    } else if (!reason.is_atom("normal") || (by_exit_bif && from == Term::pid(to.id.value))) {
        mark_exiting(to, reason);
    }
}

void Processes::deliver(Process& to, Term message, PortId from_port, ProcessId from_process) {
    if (!to.alive() || host_.halting()) return; // a halting node runs no process that could look
    if (!signals_.empty() && signals_.holds_for(to.id)) {
        signals_.hold({SignalKind::message, {}, {}, std::move(message), from_port, from_process});
        return;
    }
    signals_.wake(to, false);
    if (give_to_wrapper(to, message)) return;
    thread_local std::string encoded;
    encoded.clear();
    term::encode_abridged(message, journal::payload_limit, encoded);
    host_.journal().write(journal::Delivered{to.id, from_port, from_process, encoded});
    to.mailbox.push_back(std::move(message));
}

void Processes::monitor_down(Process& to, Term message, PortId from_port, ProcessId from_process) {
    if (!to.alive() || host_.halting()) return;
    if (signals_.holds_for(to.id)) {
        signals_.hold({SignalKind::down, {}, {}, std::move(message), from_port, from_process});
        return;
    }
    signals_.wake(to, true);
    deliver(to, std::move(message), from_port, from_process);
}

void Processes::send_delayed() {
    const auto delayed = signals_.take_delayed();
    if (!delayed) return;
    Process* target = find(delayed->target);
    if (!delayed->down.is(Term::Kind::nil))
        monitor_down(*find(delayed->by), delayed->down, {}, {});
    else if (target != nullptr && target->alive())
        signals_.wake(*target, true);
}

void Processes::end_call(bool blocked) {
    if (signals_.end_call() || blocked) end_turn();
}

void Processes::end_turn() {
    handle_signals();
    if (Process* self = find(signals_.caller())) self->links.release(Leaving::all);
    signals_.set_holding(false);
}

void Processes::handle_signals() {
    if (signals_.empty()) return;
    Process& self = *find(signals_.caller());
    self.links.release(Leaving::ports);
    signals_.set_holding(false);
    for (Signal& s : signals_.take()) {
        if (s.kind == SignalKind::link)
            host_.ports().linked(s.from_port, self);
        else if (s.kind == SignalKind::exit)
            exit_signal(self, s.from, s.content, s.source);
        else if (s.kind != SignalKind::spent)
            deliver(self, std::move(s.content), s.from_port, s.from_process);
    }
    signals_.set_holding(true);
}

// With nothing to handle and nothing to wait for it goes on at once.
void Processes::give_way(ProcessId by, const Process* asked, Question question) {
    if (!signals_.holds_for(by)) return;
    const bool waits = asked != nullptr && asked->alive() &&
                       (question == Question::always_waits || signals_.has_signal(*asked) ||
                        (question == Question::waits_for_any && signals_.has_message(*asked)));
    const bool elsewhere = question == Question::to_no_process;
    if (!waits && !elsewhere && signals_.empty()) return;
    send_delayed();
    // is_process_alive/1 takes more turns, long enough for all ports that were closed (measured).
    const bool runs_twice = waits && asked->state == Process::State::running && question == Question::waits_for_signals;
    handle_signals();
    Process& self = *find(by);
    if (self.state != Process::State::running) return;
    self.links.release(Leaving::all);
    if (elsewhere) return host_.run_until_idle();
    if (waits) signals_.enqueue(*find(asked->id)); // it has a turn, to answer
    run_queue(false);
    for (int turn = 0; runs_twice && turn < 2; ++turn) host_.pass_turn();
}

// Measured on OTP 25 with one scheduler: before each turn of a process ports are freed that were closed long enough
// ago, and one port hears of the end of a process that was linked to it.
void Processes::run_queue(bool all) {
    const auto turn = [this] {
        host_.pass_turn();
        if (!ended_links_.empty()) signal_exit();
    };
    auto queue = signals_.take_queue();
    while (!queue.empty() || (all && !ended_links_.empty())) {
        if (queue.empty()) turn(); // there is no other process
        for (const ProcessId id : queue) {
            if (host_.impasse() || host_.halting()) return;
            turn();
            Process& process = *find(id);
            Signals::leave_queue(process);
            if (std::erase(resumable_, id) > 0) {
                resumable_.push_front(id);
                resume();
            }
            if (std::erase(exiting_, id) == 0) continue;
            exiting_.push_front(id);
            scan_exit();
            std::deque<EndedLink> of_others = std::exchange(ended_links_, {});
            signal_exit();
            ended_links_.insert(ended_links_.begin(), of_others.begin(), of_others.end());
            host_.drivers().collect_all();
        }
        queue.clear();
        if (all) queue = signals_.take_queue();
    }
    if (!all) turn();
}

void Processes::empty_mailboxes() {
    for (const auto& changed : host_.memory().changed_shares())
        host_.misuse(Rule::binary_modified_after_output, no_function, changed.port,
                     fmt::format("{} bytes of a binary changed after they were sent", changed.length));
    for (auto& [id, process] : processes_) process->mailbox.clear();
}

} // namespace ddll::host
