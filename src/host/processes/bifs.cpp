#include "host/host.h"

#include <algorithm>

namespace ddll::host {

using term::Term;

BifResult Processes::exit(ProcessId by, const Term& target, const Term& reason) {
    if (target.is(Term::Kind::pid)) {
        if (Process* to = find(ProcessId{target.as_pid()})) {
            exit_signal(*to, Term::pid(by.value), reason, ExitSource::exit_bif);
            // A signal to oneself is handled before the call returns; then it does not (measured).
            if (to->id == by) handle_signals();
            if (to->id == by && to->state != Process::State::running) return BifResult::blocked();
            // The next call that looks for signals still takes it for one that has some (measured).
            if (to->id == by && signals_.holds_for(by)) signals_.hold({});
        }
    } else if (target.is(Term::Kind::port)) {
        // Unlike between processes, even `normal` closes a port (measured).
        Port* port = host_.ports().find(PortId{target.as_port()});
        if (port != nullptr && port->usable()) host_.ports().close(*port, reason, CloseCause::request);
    } else {
        return badarg();
    }
    return BifResult::of(host_.common().true_);
}

// Who traps exits gets a message at once, and it stays one; who does not gets an exception (measured).
BifResult Processes::link_to_nothing(Process& self, const Term& target) {
    if (!self.trap_exit) return BifResult::raise(Term::atom("noproc"));
    const PortId port = target.is(Term::Kind::port) ? PortId{target.as_port()} : PortId{};
    // Until the signal of the first link has been handled that link exists, and takes this one.
    if (port && host_.release().link_to_killed_port == words::KilledPortLink::nothing_more &&
        signals_.holds_for(self.id) && signals_.has_exit_of(target))
        return BifResult::of(host_.common().true_);
    const ProcessId process = target.is(Term::Kind::pid) ? ProcessId{target.as_pid()} : ProcessId{};
    deliver(self, term::make_tuple(host_.common().exit, target, Term::atom("noproc")), port, process);
    return BifResult::of(host_.common().true_);
}

BifResult Processes::link(ProcessId by, const Term& target) {
    Process* self = find(by);
    if (target.is(Term::Kind::port)) {
        Port* port = host_.ports().find(PortId{target.as_port()});
        if (port == nullptr || !port->usable()) return link_to_nothing(*self, target);
        if (port->watchers.links.add(by) && self->links.add(port->id) && self->state == Process::State::exiting)
            self->late.push_back({port->id});
        return BifResult::of(host_.common().true_);
    }
    if (!target.is(Term::Kind::pid)) return badarg();
    Process* peer = find(ProcessId{target.as_pid()});
    if (peer == self) return BifResult::of(host_.common().true_);
    if (peer == nullptr || !peer->alive()) return link_to_nothing(*self, target);
    if (self->links.add(peer->id)) {
        peer->links.add(by);
        if (peer->state == Process::State::exiting) peer->late.push_back({by});
        signals_.wake(*peer, true);
    }
    return BifResult::of(host_.common().true_);
}

BifResult Processes::unlink(ProcessId by, const Term& target) {
    Process* self = find(by);
    signals_.unlinked(target);
    if (target.is(Term::Kind::port)) {
        const PortId id{target.as_port()};
        signals_.forget_link(*self, id);
        Port* port = host_.ports().find(id);
        const bool linked = port != nullptr && port->watchers.links.contains(by);
        if (linked) port->watchers.links.remove(by);
        // The port answers at once, and that has to be handled (measured).
        if (linked && signals_.holds_for(by)) signals_.hold({});
    } else if (target.is(Term::Kind::pid)) {
        const ProcessId id{target.as_pid()};
        Process* peer = find(id);
        if (peer != nullptr && self->links.contains(id)) signals_.wake(*peer, true);
        signals_.forget_link(*self, id);
        if (peer != nullptr) peer->links.remove(by);
    } else {
        return badarg();
    }
    return BifResult::of(host_.common().true_);
}

Term monitored_object(const std::string& name, const Term& object) {
    return name.empty() ? object : term::make_tuple(Term::atom(name), Term::atom("nonode@nohost"));
}

// monitor(process | port, Item); a registered name as the item is answered with {Name, Node} in the message, as in
// Erlang.
BifResult Processes::monitor(ProcessId by, const Term& type, const Term& item) {
    const bool of_port = type.is_atom("port");
    if (!of_port && !type.is_atom("process")) return badarg();
    Term object = item;
    std::string name;
    if (item.is(Term::Kind::atom)) {
        object = whereis(item).value;
        name = item.as_atom();
    }
    const bool right_kind = object.is(of_port ? Term::Kind::port : Term::Kind::pid);
    if (!right_kind && !item.is(Term::Kind::atom)) return badarg();
    const RefId ref = fresh_reference();
    const Term ref_term = Term::reference(ref.value);
    const auto down = [&] {
        return term::make_tuple(Term::atom("DOWN"), ref_term, type, monitored_object(name, item), Term::atom("noproc"));
    };
    if (right_kind && !of_port) {
        const ProcessId id{object.as_pid()};
        Process* process = find(id);
        const bool watching = process != nullptr && process->alive();
        if (watching) process->watched_by.push_back({ref, by, name});
        if (watching && process->state == Process::State::exiting) process->late.push_back({by, ref});
        if (id == by) return BifResult::of(ref_term); // nothing is sent for that
        send_delayed();                               // the one before it
        signals_.delay({by, id, ref_term, watching ? Term() : down()});
        return BifResult::of(ref_term);
    }
    Port* port = right_kind ? host_.ports().find(PortId{object.as_port()}) : nullptr;
    if (port != nullptr && port->usable())
        port->watchers.monitors.push_back({ref, by, name});
    else
        monitor_down(*find(by), down(), {}, {});
    return BifResult::of(ref_term);
}

BifResult Processes::demonitor(ProcessId by, const Term& ref) {
    if (!ref.is(Term::Kind::reference)) return badarg();
    const RefId id{ref.as_reference()};
    const bool told = !signals_.demonitored(ref);
    for (auto& [number, process] : processes_) {
        const auto is_it = [&](const auto& m) { return m.ref == id && m.watcher == Linked(by); };
        if (std::erase_if(process->watched_by, is_it) > 0 && told) signals_.wake(*process, true);
    }
    for (auto& [number, port] : host_.ports().all())
        std::erase_if(port->watchers.monitors, [&](const auto& m) { return m.ref == id && m.watcher == by; });
    return BifResult::of(host_.common().true_);
}

BifResult Processes::register_name(ProcessId, const Term& name, const Term& target) {
    if (!name.is(Term::Kind::atom) || name.is_atom("undefined")) return badarg();
    Registry::Object object;
    if (target.is(Term::Kind::pid)) {
        const Process* process = find(ProcessId{target.as_pid()});
        if (process == nullptr || !process->alive()) return badarg();
        object = process->id;
    } else if (target.is(Term::Kind::port)) {
        const Port* port = host_.ports().find(PortId{target.as_port()});
        if (port == nullptr || !port->usable()) return badarg();
        object = port->id;
    } else {
        return badarg();
    }
    if (!registry_.add(name.as_atom(), object)) return badarg();
    return BifResult::of(host_.common().true_);
}

BifResult Processes::unregister(ProcessId, const Term& name) {
    if (!name.is(Term::Kind::atom) || !registry_.remove(name.as_atom())) return badarg();
    return BifResult::of(host_.common().true_);
}

BifResult Processes::whereis(const Term& name) const {
    if (!name.is(Term::Kind::atom)) return badarg();
    const auto object = registry_.find(name.as_atom());
    if (!object) return BifResult::of(host_.common().undefined);
    if (const auto* process = std::get_if<ProcessId>(&*object)) return BifResult::of(Term::pid(process->value));
    return BifResult::of(Term::port(std::get<PortId>(*object).value));
}

BifResult Processes::send(ProcessId by, const Term& to, const Term& message, const Term& options) {
    bool no_suspend = false;
    if (!options.is_proper_list()) return badarg();
    for (const Term& option : options.items()) {
        if (option.is_atom("nosuspend"))
            no_suspend = true;
        else if (!option.is_atom("noconnect"))
            return badarg();
    }
    Term receiver = to;
    if (to.is(Term::Kind::atom)) {
        receiver = whereis(to).value;
        if (receiver.is(Term::Kind::atom)) return badarg();
    }
    if (receiver.is(Term::Kind::port)) {
        Port* port = host_.ports().find(PortId{receiver.as_port()});
        return port == nullptr ? BifResult::of(message) : host_.ports().message(by, *port, message, no_suspend);
    }
    if (!receiver.is(Term::Kind::pid)) return badarg();
    if (Process* process = find(ProcessId{receiver.as_pid()})) deliver(*process, message, {}, by);
    return BifResult::of(message);
}

} // namespace ddll::host
