// erlang:halt: ports are closed and may drain, nothing else runs; then the node is gone.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/at_halt.h"
#include "host/probe/leftovers.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

using term::Term;

BifResult Host::halt(ProcessId, const Term& status, const Term& options) {
    bool flush = true;
    if (!options.is_proper_list()) return badarg();
    for (const Term& option : options.items()) {
        const bool shaped = option.is_tuple(2) && option.elements()[0].is_atom("flush");
        if (!shaped || !(option.elements()[1].is_atom("true") || option.elements()[1].is_atom("false")))
            return badarg();
        flush = option.elements()[1].is_atom("true");
    }
    const bool number = status.is(Term::Kind::integer) && status.as_integer() >= 0;
    std::string slogan;
    const bool text = status.is_list() && term::iolist_to_bytes(status, slogan);
    if (!number && !text && !status.is_atom("abort")) return badarg();

    halt_.status = number ? Term::integer(status.as_integer() & 0xff) : status;
    processes_.stop_all();
    std::vector<PortId> ids;
    for (const Port* port : ports_.live()) ids.push_back(port->id);
    if (text) {
        // A crash dump is written; the driver of each port is told.
        for (const PortId id : ids)
            if (Port* port = ports_.find(id);
                port->driver != nullptr && port->driver->callbacks.emergency_close != nullptr)
                callbacks::emergency_close(*this, *port);
    }
    if (!number || !flush) {
        end_node();
        return BifResult::blocked();
    }
    for (const PortId id : ids) {
        Port* port = ports_.find(id);
        if (port != nullptr && port->usable()) ports_.close(*port, Term::atom("killed"), CloseCause::request);
    }
    finish_halt();
    return BifResult::blocked();
}

void Host::finish_halt() {
    const bool waits =
        std::any_of(ports_.all().begin(), ports_.all().end(), [](const auto& entry) { return entry.second->valid(); });
    if (!waits) end_node();
}

void Host::end_node() {
    processes_.end_all(term::make_tuple(Term::atom("halt"), *halt_.status));
    halt_.node_ended = true;
}

void Host::report_end() {
    memory_.inspect({});
    report_damage(no_function);
    report_holding_locks(*this);
    probe_.process().settle();
    probe_.process().rest();
    if (probe_.wanted())
        for (const auto& [id, port] : ports_.all())
            if (port->valid() && ports_.waiting_opener(*port) != nullptr)
                misuse(Rule::init_ack_missing, no_function, id, "open_port has not returned");
    for (const auto& driver : drivers_.listed()) {
        report_changed_entry(*this, *driver);
        probe_.at_end(*driver);
    }
    for (const Port* port : ports_.live()) {
        if (!halting()) report_left_busy(*this, *port);
        if (port->state != Port::State::closing || port->queue.size() == 0) continue;
        leftover(*this, Rule::queue_never_drained, port->queue.filled, port->id,
                 fmt::format("{} byte{} left in the queue{}", port->queue.size(), port->queue.size() == 1 ? "" : "s",
                             halting() ? ", and halt waits for them" : ""));
    }
    if (halt_.node_ended) run_exit_handlers(*this);
}

} // namespace ddll::host
