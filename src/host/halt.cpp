// erlang:halt: ports are closed and may drain, nothing else runs; then the node is gone.
#include "host/callbacks.h"
#include "host/host.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

using term::Term;

BifResult Host::halt(ProcessId, const Term& status, const Term& options) {
    bool flush = true;
    if (!options.is_proper_list()) return BifResult::raise(common_.badarg);
    for (const Term& option : options.items()) {
        const bool shaped = option.is_tuple(2) && option.elements()[0].is_atom("flush");
        if (!shaped || !(option.elements()[1].is_atom("true") || option.elements()[1].is_atom("false")))
            return BifResult::raise(common_.badarg);
        flush = option.elements()[1].is_atom("true");
    }
    const bool number = status.is(Term::Kind::integer) && status.as_integer() >= 0;
    std::string slogan;
    const bool text = status.is_list() && term::iolist_to_bytes(status, slogan);
    if (!number && !text && !status.is_atom("abort")) return BifResult::raise(common_.badarg);

    halting_ = number ? Term::integer(status.as_integer() & 0xff) : status;
    for (auto& [id, process] : processes_)
        if (process->alive()) process->wait = WaitHalt{};
    std::vector<PortId> ids;
    for (const Port* port : live_ports()) ids.push_back(port->id);
    if (text) {
        // A crash dump is written; each port may say good-bye.
        for (const PortId id : ids)
            if (Port* port = find(id); port->driver != nullptr && port->driver->callbacks.emergency_close != nullptr)
                callbacks::emergency_close(*this, *port);
    }
    if (!number || !flush) {
        end_node();
        return BifResult::blocked();
    }
    for (const PortId id : ids) {
        Port* port = find(id);
        if (port != nullptr && port->usable()) close(*port, Term::atom("killed"), CloseCause::request);
    }
    finish_halt();
    return BifResult::blocked();
}

// With the last port the node goes.
void Host::finish_halt() {
    const bool waits =
        std::any_of(ports_.begin(), ports_.end(), [](const auto& entry) { return entry.second->valid(); });
    if (!waits) end_node();
}

void Host::end_node() {
    const Term reason = term::make_tuple(Term::atom("halt"), *halting_);
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
        journal_.write(journal::ProcessEnded{process->id, encoded});
    }
    node_ended_ = true;
}

void Host::report_end() {
    memory_.inspect({});
    report_damage(no_function);
    report_holding_locks();
    if (options_.probe)
        for (const auto& [id, port] : ports_)
            if (port->valid() && waiting_opener(*port) != nullptr)
                misuse(Rule::init_ack_missing, no_function, id, "open_port has not returned");
    for (const auto& driver : drivers_) report_changed_entry(*driver);
    for (const Port* port : live_ports()) {
        if (port->state != Port::State::closing || port->queue.size() == 0) continue;
        leftover(Rule::queue_never_drained, port->queue_filled, port->id,
                 fmt::format("{} byte{} left in the queue{}", port->queue.size(), port->queue.size() == 1 ? "" : "s",
                             halting_ ? ", and halt waits for them" : ""));
    }
}

} // namespace ddll::host
