#include "host/processes/processes.h"

#include "host/host.h"
#include "host/ports/monitors.h"
#include "term/external.h"

#include <algorithm>
#include <utility>

namespace ddll::host {

using term::Term;

ProcessId Processes::start(std::string name, bool trap_exit) {
    const ProcessId id{next_process_++};
    auto process = std::make_unique<Process>();
    process->id = id;
    process->name = std::move(name);
    process->trap_exit = trap_exit;
    host_.journal().write(journal::ProcessStarted{id, process->name});
    processes_.emplace(id, std::move(process));
    return id;
}

Process* Processes::find(ProcessId id) {
    const auto it = processes_.find(id);
    return it == processes_.end() ? nullptr : it->second.get();
}

void Processes::mark_exiting(Process& process, Term reason) {
    if (process.state != Process::State::running) return;
    process.state = Process::State::exiting;
    process.exit_reason = std::move(reason);
    // It ends when it has its turn: by its place in the run queue, the caller last.
    signals_.enqueue_caller(process);
    const auto later = std::ranges::find_if(exiting_, [&](ProcessId id) {
        const Process& other = *find(id);
        return !other.scanned && other.place > process.place;
    });
    exiting_.insert(later, process.id);
}

// The wrappers of erl_ddll take exactly the message of their reference out of the mailbox.
bool Processes::give_to_wrapper(Process& process, const Term& message) {
    const auto* wait = std::get_if<WaitDriver>(&process.wait);
    if (wait == nullptr || process.answer || !message.is_tuple(5)) return false;
    const auto& e = message.elements();
    if (!e[1].is(Term::Kind::reference) || e[1].as_reference() != wait->ref.value) return false;
    const Term& what = e[4];
    const bool up = e[0].is_atom("UP");
    const auto failure = [](Term reason) { return term::make_tuple(Term::atom("error"), std::move(reason)); };
    Answer answer;
    if (what.is_atom("permanent")) {
        answer.value = failure(what);
    } else if (wait->kind == WrapperKind::unload || up) {
        answer.value = host_.common().ok;
    } else if (what.is_tuple(2)) { // {load_failure, Reason}
        answer.value = failure(what.elements()[1]);
    } else {
        answer.value = failure(what);
    }
    set_answer(process, std::move(answer));
    return true;
}

void Processes::set_answer(Process& process, Answer answer) {
    process.answer = std::move(answer);
    try_again(process.id);
}

void Processes::try_again(ProcessId id) {
    resumable_.push_back(id);
    signals_.enqueue(*find(id));
}

std::optional<Answer> Processes::take_answer(ProcessId id) {
    Process* process = find(id);
    if (process == nullptr || process->blocked() || !process->answer) return std::nullopt;
    std::optional<Answer> answer = std::move(process->answer);
    process->answer.reset();
    return answer;
}

void Processes::resume() {
    Process& process = *find(resumable_.front());
    resumable_.pop_front();
    if (process.state != Process::State::running) return; // it handles its exit signal first
    if (process.answer)
        process.wait = {};
    else
        host_.ports().retry(process);
    if (const auto& returned = host_.options().returned; returned && process.answer && !process.blocked())
        returned(process.id);
}

void Processes::scan_exit() {
    Process& process = *find(exiting_.front());
    process.scanned = true;
    if (process.uses_drivers) host_.drivers().give_back(process.id);
}

namespace {

void tell_link(Host& host, Process& process, const Linked& other, const Term& reason) {
    if (!process.links.contains(other)) return; // undone meanwhile
    process.links.remove(other);
    if (const auto* id = std::get_if<ProcessId>(&other)) {
        Process* peer = host.processes().find(*id);
        if (peer == nullptr) return;
        host.processes().signals().forget_link(*peer, process.id);
        host.processes().exit_signal(*peer, Term::pid(process.id.value), reason, ExitSource::link);
        return;
    }
    Port* port = host.ports().find(std::get<PortId>(other));
    if (port == nullptr) return;
    port->watchers.links.remove(process.id);
    if (port->usable() && (port->owner == process.id || !reason.is_atom("normal")))
        host.ports().close(*port, reason, CloseCause::request);
}

void tell_watcher(Host& host, const Process& process, const Process::Monitor& monitor, const Term& reason) {
    if (const auto* port = std::get_if<PortId>(&monitor.watcher)) return fire_monitor(host, *port, monitor.ref);
    Process* watcher = host.processes().find(std::get<ProcessId>(monitor.watcher));
    if (watcher == nullptr) return;
    host.processes().monitor_down(*watcher,
                                  term::make_tuple(Term::atom("DOWN"), Term::reference(monitor.ref.value),
                                                   Term::atom("process"),
                                                   monitored_object(monitor.name, Term::pid(process.id.value)), reason),
                                  {}, process.id);
}

void tell_watchers(Host& host, Process& process, const Term& reason) {
    const auto is_late = [&](const Process::Monitor& monitor) {
        return std::ranges::any_of(process.late, [&](const auto& late) { return late.ref == monitor.ref; });
    };
    std::vector<Process::Monitor> late;
    const auto watchers = std::exchange(process.watched_by, {});
    for (const auto& monitor : watchers)
        if (is_late(monitor))
            late.push_back(monitor);
        else
            tell_watcher(host, process, monitor, reason);
    process.watched_by = std::move(late);
}

bool is_late_link(const Process& process, const Linked& other) {
    return std::ranges::any_of(process.late, [&](const auto& late) { return late.from == other && !late.ref; });
}

// What was made after its exit signal finds no process (measured).
void tell_late(Host& host, Process& process) {
    const Term reason = Term::atom("noproc");
    for (const Process::Late& late : std::exchange(process.late, {})) {
        if (!late.ref) {
            tell_link(host, process, late.from, reason);
            continue;
        }
        const auto monitor = std::ranges::find(process.watched_by, late.ref, &Process::Monitor::ref);
        if (monitor != process.watched_by.end()) tell_watcher(host, process, *monitor, reason);
    }
    process.watched_by.clear();
}

} // namespace

// Linked processes hear first, then those that monitor, ports among them; then drivers leave, and linked ports close
// last: their signals wait until the process is gone (measured).
void Processes::signal_exit() {
    if (!ended_links_.empty()) {
        const EndedLink link = ended_links_.front();
        ended_links_.pop_front();
        Process& ended = *find(link.from);
        return tell_link(host_, ended, link.to, ended.exit_reason);
    }
    Process& process = *find(exiting_.front());
    exiting_.pop_front();
    process.told = true;
    process.state = Process::State::dead;
    if (process.blocked()) process.answer.reset(); // else the call has returned
    process.wait = {};
    process.mailbox.clear();
    const Term reason = process.exit_reason;
    host_.journal().write(journal::ProcessEnded{process.id, term::encode(reason)});
    registry_.forget(process.id);
    const std::vector<Linked> links = process.links.in_order();
    for (const Linked& other : links)
        if (std::holds_alternative<ProcessId>(other) && !is_late_link(process, other))
            tell_link(host_, process, other, reason);
    tell_watchers(host_, process, reason);
    for (const Linked& other : links)
        if (const auto* port = std::get_if<PortId>(&other); port != nullptr && !is_late_link(process, other))
            ended_links_.push_back({process.id, *port});
    tell_late(host_, process);
}

void Processes::stop_all() {
    for (auto& [id, process] : processes_)
        if (process->alive()) process->wait = WaitHalt{};
}

void Processes::end_all(const Term& reason) {
    const std::string encoded = term::encode(reason);
    std::vector<Process*> all;
    for (auto& [id, process] : processes_)
        if (process->alive()) all.push_back(process.get());
    std::sort(all.begin(), all.end(), [](const Process* a, const Process* b) { return a->id < b->id; });
    for (Process* process : all) {
        process->state = Process::State::dead;
        process->exit_reason = reason;
        process->answer.reset();
        process->mailbox.clear();
        host_.journal().write(journal::ProcessEnded{process->id, encoded});
    }
}

} // namespace ddll::host
