// How a port ends: who is told, in which order, and when the driver's stop runs.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/ports/data_lock.h"
#include "host/ports/monitors.h"
#include "host/probe/leftovers.h"
#include "term/external.h"

#include <fmt/format.h>

namespace ddll::host {

using term::Term;
namespace request = lifecycle::request;

namespace {

// Links first, then monitors; the name goes before both.
void tell_links(Host& host, Port& port, const Term& reason) {
    host.processes().registry().forget(port.id);
    const Term self = Term::port(port.id.value);
    const auto links = port.watchers.links.in_order();
    port.watchers.links.clear();
    for (const Linked& link : links) {
        Process* process = host.processes().find(std::get<ProcessId>(link));
        if (process == nullptr) continue;
        host.processes().signals().forget_link(*process, port.id);
        host.processes().exit_signal(*process, self, reason, ExitSource::link);
    }
    // Some releases forget what was monitored on the way of a reason that needs memory of its own (measured).
    const Term kind =
        Term::atom(words::name(term::is_immediate(reason) ? words::PortDown::port : host.release().port_down));
    const auto monitors = std::move(port.watchers.monitors);
    port.watchers.monitors.clear();
    for (const auto& monitor : monitors)
        if (Process* watcher = host.processes().find(monitor.watcher))
            host.processes().monitor_down(*watcher,
                                          term::make_tuple(Term::atom("DOWN"), Term::reference(monitor.ref.value), kind,
                                                           monitored_object(monitor.name, self), reason),
                                          port.id, {});
}

} // namespace

void Ports::close(Port& port, const Term& reason, CloseCause cause) {
    if (!port.valid()) return;
    if (port.state == Port::State::starting) {
        // The emulator crashes here. The open is treated as failed once start has returned.
        host_.misuse(Rule::failure_in_start, no_function, port.id, "");
        port.opening.failed = true;
        return;
    }
    if (port.closing.inside_stop) {
        // A failure from inside stop. Of a port that was draining, the emulator would run stop again, without end.
        if (port.closing.draining) host_.misuse(Rule::failure_in_stop, no_function, port.id, "");
        return;
    }
    if (port.watching.firing && cause == CloseCause::driver) {
        // The emulator crashes when process_exit returns: its monitor went with the port.
        host_.misuse(Rule::failure_in_process_exit, no_function, port.id, "");
        if (!port.watching.failure) port.watching.failure = reason;
        return;
    }
    if (cause == CloseCause::driver) answer_opener(port);
    if (port.state == Port::State::closing) {
        if (cause == CloseCause::driver) terminate(port);
        return;
    }
    if (cause != CloseCause::driver && host_.probe().wanted()) report_left_busy(host_, port);
    set_busy(port, false);
    const bool killed = reason.is_atom("kill");
    const Term seen = killed ? Term::atom("killed") : reason;
    const bool drains = !killed && cause != CloseCause::driver && port.queue.size() > 0;
    port.closing.by_message = cause == CloseCause::message;
    host_.journal().write(journal::PortClosing{port.id, drains, term::encode(seen)});
    // From here on it takes no commands, also not in answer to the signals below.
    port.state = Port::State::closing;
    port.closing.draining = drains;
    tell_links(host_, port, seen);
    remove_monitors(host_, port);
    if (!drains) {
        terminate(port);
        return;
    }
    if (port.driver->callbacks.flush != nullptr) callbacks::flush(host_, port);
    settle(port);
}

// A stop callback may close other ports of the driver, so the next one is looked up anew.
void Ports::kill_all(const Driver& driver) {
    std::vector<PortId> ids;
    for (const Port* port = driver.first_port; port != nullptr; port = port->siblings.next) ids.push_back(port->id);
    for (const PortId id : ids) {
        Port* port = find(id);
        if (port != nullptr && port->valid() && !port->closing.inside_stop) kill(*port);
    }
}

void Ports::kill(Port& port) {
    if (port.state == Port::State::closing) {
        terminate(port);
        return;
    }
    answer_opener(port);
    set_busy(port, false);
    const Term reason = Term::atom("driver_unloaded");
    report_cleared_queue(host_, port);
    port.queue.clear();
    host_.journal().write(journal::PortClosing{port.id, false, term::encode(reason)});
    port.state = Port::State::closing;
    port.closing.draining = false;
    tell_links(host_, port, reason);
    remove_monitors(host_, port);
    terminate(port);
}

void Ports::settle(Port& port) {
    if (port.state == Port::State::closing && port.closing.draining && !port.closing.inside_stop &&
        port.running.callbacks == 0 && port.queue.size() == 0)
        terminate(port);
}

void Ports::terminate(Port& port) {
    if (port.closing.inside_stop || !port.valid()) return;
    port.closing.inside_stop = true;
    if (port.timer.due)
        cleared_away(host_, port.id, port.timer.made, words::Cleared::timer,
                     fmt::format("its timer, due in {} ms", host_.timers().read(port)));
    if (waiting_opener(port) != nullptr) host_.misuse(Rule::init_ack_missing, no_function, port.id, "");
    host_.timers().cancel(port);
    if (port.driver != nullptr && port.driver->callbacks.stop != nullptr) callbacks::stop(host_, port);
    host_.timers().cancel(port);
    host_.io().report_selected(port);
    remove_monitors(host_, port);
    port.closing.inside_stop = false;
    report_port_leftovers(host_, port);
    report_cleared_queue(host_, port);
    if (!host_.jobs().idle()) report_jobs(host_, port);
    port.state = Port::State::stopped;
    port.queue.clear();
    release_data_lock(host_, port);
    host_.journal().write(journal::PortClosed{port.id});
    if (port.driver != nullptr) {
        port.leave_driver();
        host_.drivers().ask(*port.driver, request::PortStopped{});
    }
    if (port.closing.by_message)
        if (Process* owner = host_.processes().find(port.owner))
            host_.processes().deliver(*owner, term::make_tuple(Term::port(port.id.value), Term::atom("closed")),
                                      port.id, {});
    port.closing.turn = turn_;
    closed_.push_back(port.id);
    if (host_.halting()) host_.finish_halt();
}

} // namespace ddll::host
