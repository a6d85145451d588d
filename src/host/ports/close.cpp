// How a port ends: who is told, in which order, and when the driver's stop runs.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/misuse.h"
#include "term/external.h"

#include <fmt/format.h>

namespace ddll::host {

using term::Term;
namespace request = lifecycle::request;

// Links first, then monitors; the name goes before both.
void Host::tell_links(Port& port, const Term& reason) {
    std::erase_if(registered_,
                  [&](const auto& entry) { return entry.second == std::variant<ProcessId, PortId>(port.id); });
    const Term self = Term::port(port.id.value);
    const auto links = std::move(port.links);
    port.links.clear();
    for (const ProcessId id : links) {
        Process* process = find(id);
        if (process == nullptr) continue;
        remove_link(*process, port.id);
        exit_signal(*process, self, reason, ExitSource::link);
    }
    const auto monitors = std::move(port.monitored_by);
    port.monitored_by.clear();
    for (const auto& monitor : monitors)
        if (Process* watcher = find(monitor.watcher))
            deliver(*watcher,
                    term::make_tuple(Term::atom("DOWN"), Term::reference(monitor.ref.value), Term::atom("port"),
                                     monitored_object(monitor.name, self), reason),
                    port.id, {});
}

void Host::close(Port& port, const Term& reason, CloseCause cause) {
    if (!port.valid()) return;
    if (port.state == Port::State::starting) {
        // The emulator crashes here. The open is treated as failed once start has returned.
        misuse(Rule::failure_in_start, no_function, port.id, "");
        port.failed_in_start = true;
        return;
    }
    if (port.stopping) {
        // A failure from inside stop. Of a port that was draining, the emulator would run stop again, without end.
        if (port.was_draining) misuse(Rule::failure_in_stop, no_function, port.id, "");
        return;
    }
    if (port.firing && cause == CloseCause::driver) {
        // The emulator crashes when process_exit returns: its monitor went with the port.
        misuse(Rule::failure_in_process_exit, no_function, port.id, "");
        if (!port.failed_while_firing) port.failed_while_firing = reason;
        return;
    }
    if (cause == CloseCause::driver) answer_opener(port);
    if (port.state == Port::State::closing) {
        if (cause == CloseCause::driver) terminate(port);
        return;
    }
    set_busy(port, false);
    const bool killed = reason.is_atom("kill");
    const Term seen = killed ? Term::atom("killed") : reason;
    const bool drains = !killed && cause != CloseCause::driver && port.queue.size() > 0;
    port.closed_by_message = cause == CloseCause::message;
    journal_.write(journal::PortClosing{port.id, drains, term::encode(seen)});
    // From here on nobody can command it, also not in answer to the signals below.
    port.state = Port::State::closing;
    port.was_draining = drains;
    tell_links(port, seen);
    remove_monitors(port);
    if (!drains) {
        terminate(port);
        return;
    }
    if (port.driver->callbacks.flush != nullptr) callbacks::flush(*this, port);
    settle(port);
}

void Host::kill(Port& port) {
    if (port.state == Port::State::closing) {
        terminate(port);
        return;
    }
    answer_opener(port);
    set_busy(port, false);
    const Term reason = Term::atom("driver_unloaded");
    report_cleared_queue(port);
    port.queue.clear();
    journal_.write(journal::PortClosing{port.id, false, term::encode(reason)});
    port.state = Port::State::closing;
    port.was_draining = false;
    tell_links(port, reason);
    remove_monitors(port);
    terminate(port);
}

void Host::settle(Port& port) {
    if (port.state == Port::State::closing && port.was_draining && !port.stopping && port.callbacks_running == 0 &&
        port.queue.size() == 0)
        terminate(port);
}

void Host::terminate(Port& port) {
    if (port.stopping || !port.valid()) return;
    port.stopping = true;
    if (port.timer)
        cleared_away(port, port.timer_made, words::Cleared::timer,
                     fmt::format("its timer, due in {} ms", read_timer(port)));
    if (waiting_opener(port) != nullptr) misuse(Rule::init_ack_missing, no_function, port.id, "");
    cancel_timer(port);
    if (port.driver != nullptr && port.driver->callbacks.stop != nullptr) callbacks::stop(*this, port);
    cancel_timer(port);
    blame_selected(port);
    remove_monitors(port);
    port.stopping = false;
    report_port_leftovers(port);
    report_cleared_queue(port);
    if (jobs_in_pool_ + done_jobs_.size() > 0) report_jobs(port);
    port.state = Port::State::stopped;
    port.queue.clear();
    release_data_lock(port);
    journal_.write(journal::PortClosed{port.id});
    if (port.driver != nullptr) {
        take_out_of_driver(port);
        ask(*port.driver, request::PortStopped{});
    }
    if (port.closed_by_message)
        if (Process* owner = find(port.owner))
            deliver(*owner, term::make_tuple(Term::port(port.id.value), Term::atom("closed")), port.id, {});
    closed_ports_.push_back(port.id);
    if (halting_) finish_halt();
}

} // namespace ddll::host
