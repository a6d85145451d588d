#include "base/check.h"
#include "host/host.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

using term::Term;

ProcessId Host::start_process(std::string name, bool trap_exit) {
    const ProcessId id{next_process_++};
    auto process = std::make_unique<Process>();
    process->id = id;
    process->name = std::move(name);
    process->trap_exit = trap_exit;
    journal_.write(journal::ProcessStarted{id, process->name});
    processes_.emplace(id, std::move(process));
    return id;
}

Process* Host::find(ProcessId id) {
    const auto it = processes_.find(id);
    return it == processes_.end() ? nullptr : it->second.get();
}

const Process* Host::find(ProcessId id) const {
    const auto it = processes_.find(id);
    return it == processes_.end() ? nullptr : it->second.get();
}

RefId Host::fresh_reference() {
    return RefId{next_reference_++};
}

void Host::mark_exiting(Process& process, Term reason) {
    if (process.state != Process::State::running) return;
    process.state = Process::State::exiting;
    process.exit_reason = std::move(reason);
    ending_.push_back(process.id);
}

// The wrappers of erl_ddll take exactly the message of their reference out of the mailbox.
bool Host::give_to_wrapper(Process& process, const Term& message) {
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
        answer.value = common_.ok;
    } else if (what.is_tuple(2)) { // {load_failure, Reason}
        answer.value = failure(what.elements()[1]);
    } else {
        answer.value = failure(what);
    }
    set_answer(process, std::move(answer));
    return true;
}

void Host::set_answer(Process& process, Answer answer) {
    process.answer = std::move(answer);
    resumable_.push_back(process.id);
}

std::optional<Answer> Host::take_answer(ProcessId id) {
    Process* process = find(id);
    if (process == nullptr || process->blocked() || !process->answer) return std::nullopt;
    std::optional<Answer> answer = std::move(process->answer);
    process->answer.reset();
    return answer;
}

void Host::remove_link(Process& process, const Linked& other) {
    process.links.remove(other);
}

// A process that ended gives back what it loaded, in every driver of the list: also in those it never touched.
void Host::scan_exit(Process& process) {
    process.scanned = true;
    if (!process.uses_drivers) return;
    std::vector<DriverId> newest_first;
    for (const auto& driver : drivers_)
        if (driver->record.presence == lifecycle::Presence::dynamic) newest_first.push_back(driver->id);
    for (const DriverId id : newest_first)
        if (Driver* driver = find(id)) ask(*driver, lifecycle::request::ProcessExit{process.id});
}

void Host::signal_exit(Process& process) {
    process.state = Process::State::dead;
    process.wait = {};
    process.answer.reset();
    process.mailbox.clear();
    const Term reason = process.exit_reason;
    journal_.write(journal::ProcessEnded{process.id, term::encode(reason)});
    std::erase_if(registered_,
                  [&](const auto& entry) { return entry.second == std::variant<ProcessId, PortId>(process.id); });
    const Term pid = Term::pid(process.id.value);
    // Linked processes hear first, then those that monitor, ports among them; linked ports close last, because their
    // signals wait until the process is gone (measured).
    const Links links = std::move(process.links);
    process.links.clear();
    for (const Linked& other : links) {
        const auto* id = std::get_if<ProcessId>(&other);
        Process* peer = id != nullptr ? find(*id) : nullptr;
        if (peer == nullptr) continue;
        remove_link(*peer, process.id);
        exit_signal(*peer, pid, reason, ExitSource::link);
    }
    tell_watchers(process);
    for (const Linked& other : links) {
        const auto* id = std::get_if<PortId>(&other);
        Port* port = id != nullptr ? find(*id) : nullptr;
        if (port == nullptr) continue;
        std::erase(port->links, process.id);
        if (port->usable() && (port->owner == process.id || !reason.is_atom("normal")))
            close(*port, reason, CloseCause::request);
    }
}

void Host::tell_watchers(Process& process) {
    const Term pid = Term::pid(process.id.value);
    const Term reason = process.exit_reason;
    const auto watchers = std::move(process.watched_by);
    process.watched_by.clear();
    for (const auto& monitor : watchers) {
        if (const auto* port = std::get_if<PortId>(&monitor.watcher)) {
            fire_monitor(*port, monitor.ref);
            continue;
        }
        Process* watcher = find(std::get<ProcessId>(monitor.watcher));
        if (watcher == nullptr) continue;
        deliver(*watcher,
                term::make_tuple(Term::atom("DOWN"), Term::reference(monitor.ref.value), Term::atom("process"),
                                 monitored_object(monitor.name, pid), reason),
                {}, process.id);
    }
}

BifResult Host::process_exit(ProcessId by, const Term& target, const Term& reason) {
    if (target.is(Term::Kind::pid)) {
        if (Process* to = find(ProcessId{target.as_pid()})) {
            exit_signal(*to, Term::pid(by.value), reason, ExitSource::exit_bif);
            // A signal to oneself is handled before the call returns; then it does not (measured).
            if (to->id == by) handle_signals();
            if (to->id == by && to->state != Process::State::running) return BifResult::blocked();
        }
    } else if (target.is(Term::Kind::port)) {
        // Unlike between processes, even `normal` closes a port (measured).
        Port* port = find(PortId{target.as_port()});
        if (port != nullptr && port->usable()) close(*port, reason, CloseCause::request);
    } else {
        return BifResult::raise(common_.badarg);
    }
    return BifResult::of(common_.true_);
}

BifResult Host::process_link(ProcessId by, const Term& target) {
    Process* self = find(by);
    if (target.is(Term::Kind::port)) {
        Port* port = find(PortId{target.as_port()});
        if (port == nullptr || !port->usable()) {
            // Unlike a process that is gone, which is told by a signal (measured).
            if (!self->trap_exit) return BifResult::raise(Term::atom("noproc"));
            exit_signal(*self, target, Term::atom("noproc"), ExitSource::link);
        } else if (std::find(port->links.begin(), port->links.end(), by) == port->links.end()) {
            port->links.push_back(by);
            self->links.add(port->id);
        }
        return BifResult::of(common_.true_);
    }
    if (!target.is(Term::Kind::pid)) return BifResult::raise(common_.badarg);
    Process* peer = find(ProcessId{target.as_pid()});
    if (peer == self) return BifResult::of(common_.true_);
    if (peer == nullptr || !peer->alive()) {
        exit_signal(*self, target, Term::atom("noproc"), ExitSource::link);
    } else if (self->links.add(peer->id)) {
        peer->links.add(by);
    }
    return BifResult::of(common_.true_);
}

BifResult Host::process_unlink(ProcessId by, const Term& target) {
    Process* self = find(by);
    signals_.unlinked(target);
    if (target.is(Term::Kind::port)) {
        const PortId id{target.as_port()};
        remove_link(*self, id);
        if (Port* port = find(id)) std::erase(port->links, by);
    } else if (target.is(Term::Kind::pid)) {
        const ProcessId id{target.as_pid()};
        remove_link(*self, id);
        if (Process* peer = find(id)) remove_link(*peer, by);
    } else {
        return BifResult::raise(common_.badarg);
    }
    return BifResult::of(common_.true_);
}

Term monitored_object(const std::string& name, const Term& object) {
    return name.empty() ? object : term::make_tuple(Term::atom(name), Term::atom("nonode@nohost"));
}

// monitor(process | port, Item); a registered name as the item is answered with {Name, Node} in the message, as in
// Erlang.
BifResult Host::process_monitor(ProcessId by, const Term& type, const Term& item) {
    const bool of_port = type.is_atom("port");
    if (!of_port && !type.is_atom("process")) return BifResult::raise(common_.badarg);
    Term object = item;
    std::string name;
    if (item.is(Term::Kind::atom)) {
        object = process_whereis(item).value;
        name = item.as_atom();
    }
    const bool right_kind = object.is(of_port ? Term::Kind::port : Term::Kind::pid);
    if (!right_kind && !item.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    const RefId ref = fresh_reference();
    const Term ref_term = Term::reference(ref.value);
    bool watching = false;
    if (right_kind && of_port) {
        Port* port = find(PortId{object.as_port()});
        if ((watching = port != nullptr && port->usable())) port->monitored_by.push_back({ref, by, name});
    } else if (right_kind) {
        Process* process = find(ProcessId{object.as_pid()});
        if ((watching = process != nullptr && process->alive())) process->watched_by.push_back({ref, by, name});
    }
    if (!watching)
        deliver(
            *find(by),
            term::make_tuple(Term::atom("DOWN"), ref_term, type, monitored_object(name, item), Term::atom("noproc")),
            {}, {});
    return BifResult::of(ref_term);
}

BifResult Host::process_demonitor(ProcessId by, const Term& ref) {
    if (!ref.is(Term::Kind::reference)) return BifResult::raise(common_.badarg);
    const RefId id{ref.as_reference()};
    signals_.demonitored(ref);
    for (auto& [number, process] : processes_)
        std::erase_if(process->watched_by, [&](const auto& m) { return m.ref == id && m.watcher == Linked(by); });
    for (auto& [number, port] : ports_)
        std::erase_if(port->monitored_by, [&](const auto& m) { return m.ref == id && m.watcher == by; });
    return BifResult::of(common_.true_);
}

BifResult Host::process_register(ProcessId, const Term& name, const Term& target) {
    if (!name.is(Term::Kind::atom) || name.is_atom("undefined") || registered_.contains(name.as_atom()))
        return BifResult::raise(common_.badarg);
    std::variant<ProcessId, PortId> object;
    if (target.is(Term::Kind::pid)) {
        const Process* process = find(ProcessId{target.as_pid()});
        if (process == nullptr || !process->alive()) return BifResult::raise(common_.badarg);
        object = process->id;
    } else if (target.is(Term::Kind::port)) {
        const Port* port = find(PortId{target.as_port()});
        if (port == nullptr || !port->usable()) return BifResult::raise(common_.badarg);
        object = port->id;
    } else {
        return BifResult::raise(common_.badarg);
    }
    for (const auto& [other, registered] : registered_)
        if (registered == object) return BifResult::raise(common_.badarg);
    registered_.emplace(name.as_atom(), object);
    return BifResult::of(common_.true_);
}

BifResult Host::process_unregister(ProcessId, const Term& name) {
    if (!name.is(Term::Kind::atom) || registered_.erase(name.as_atom()) == 0) return BifResult::raise(common_.badarg);
    return BifResult::of(common_.true_);
}

BifResult Host::process_whereis(const Term& name) const {
    if (!name.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    const auto it = registered_.find(name.as_atom());
    if (it == registered_.end()) return BifResult::of(common_.undefined);
    if (const auto* process = std::get_if<ProcessId>(&it->second)) return BifResult::of(Term::pid(process->value));
    return BifResult::of(Term::port(std::get<PortId>(it->second).value));
}

} // namespace ddll::host
