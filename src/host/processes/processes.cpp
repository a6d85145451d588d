#include "host/processes/processes.h"

#include "host/host.h"
#include "host/ports/monitors.h"
#include "term/external.h"

#include <algorithm>

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
    exiting_.push_back(process.id);
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
    resumable_.push_back(process.id);
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
    if (process.alive() && process.answer)
        process.wait = {};
    else if (process.alive())
        host_.ports().retry(process);
}

void Processes::scan_exit() {
    Process& process = *find(exiting_.front());
    process.scanned = true;
    if (process.uses_drivers) host_.drivers().give_back(process.id);
}

void Processes::signal_exit() {
    Process& process = *find(exiting_.front());
    exiting_.pop_front();
    process.state = Process::State::dead;
    process.wait = {};
    process.answer.reset();
    process.mailbox.clear();
    const Term reason = process.exit_reason;
    host_.journal().write(journal::ProcessEnded{process.id, term::encode(reason)});
    registry_.forget(process.id);
    const Term pid = Term::pid(process.id.value);
    // Linked processes hear first, then those that monitor, ports among them; linked ports close last, because their
    // signals wait until the process is gone (measured).
    const std::vector<Linked> links = process.links.all();
    process.links.clear();
    for (const Linked& other : links) {
        const auto* id = std::get_if<ProcessId>(&other);
        Process* peer = id != nullptr ? find(*id) : nullptr;
        if (peer == nullptr) continue;
        peer->links.remove(process.id);
        exit_signal(*peer, pid, reason, ExitSource::link);
    }
    tell_watchers(process);
    for (const Linked& other : links) {
        const auto* id = std::get_if<PortId>(&other);
        Port* port = id != nullptr ? host_.ports().find(*id) : nullptr;
        if (port == nullptr) continue;
        std::erase(port->watchers.links, process.id);
        if (port->usable() && (port->owner == process.id || !reason.is_atom("normal")))
            host_.ports().close(*port, reason, CloseCause::request);
    }
}

void Processes::tell_watchers(Process& process) {
    const Term pid = Term::pid(process.id.value);
    const Term reason = process.exit_reason;
    const auto watchers = std::move(process.watched_by);
    process.watched_by.clear();
    for (const auto& monitor : watchers) {
        if (const auto* port = std::get_if<PortId>(&monitor.watcher)) {
            fire_monitor(host_, *port, monitor.ref);
            continue;
        }
        Process* watcher = find(std::get<ProcessId>(monitor.watcher));
        if (watcher == nullptr) continue;
        monitor_down(*watcher,
                     term::make_tuple(Term::atom("DOWN"), Term::reference(monitor.ref.value), Term::atom("process"),
                                      monitored_object(monitor.name, pid), reason),
                     {}, process.id);
    }
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
