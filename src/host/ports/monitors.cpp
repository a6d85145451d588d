#include "host/ports/monitors.h"

#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/leftovers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ddll::host {
namespace {

constexpr char mark[] = {'m', 'o', 'n', 'i', 't', 'o', 'r', ' '};

const Port::ProcessMonitor* find_monitor(const Port& port, const ErlDrvMonitor& monitor) {
    const auto ref = reference_of(monitor);
    const auto it = std::find_if(port.watching.monitors.begin(), port.watching.monitors.end(),
                                 [&](const Port::ProcessMonitor& watch) { return ref && watch.ref == *ref; });
    return it == port.watching.monitors.end() ? nullptr : &*it;
}

} // namespace

ErlDrvMonitor monitor_of(RefId ref) {
    ErlDrvMonitor monitor{};
    auto* bytes = reinterpret_cast<unsigned char*>(&monitor);
    std::memcpy(bytes, mark, sizeof mark);
    for (std::size_t i = 0; i < 8; ++i)
        bytes[sizeof mark + i] = static_cast<unsigned char>(ref.value >> (8 * (7 - i))); // so that memcmp orders them
    return monitor;
}

std::optional<RefId> reference_of(const ErlDrvMonitor& monitor) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(&monitor);
    if (std::memcmp(bytes, mark, sizeof mark) != 0) return std::nullopt;
    RefId ref;
    for (std::size_t i = 0; i < 8; ++i) ref.value = ref.value << 8 | bytes[sizeof mark + i];
    return ref;
}

std::optional<ProcessId> monitored_process(const Port& port, const ErlDrvMonitor& monitor) {
    const auto* found = find_monitor(port, monitor);
    if (found == nullptr) return std::nullopt;
    return found->process;
}

int monitor_process(Host& host, Port& port, std::optional<ProcessId> id, ErlDrvMonitor& monitor, const Made& made) {
    if (port.driver == nullptr || port.driver->callbacks.process_exit == nullptr) return -1;
    Process* process = id ? host.processes().find(*id) : nullptr;
    if (process == nullptr || !process->alive()) return 1;
    const RefId ref = host.processes().fresh_reference();
    process->watched_by.push_back({ref, port.id});
    port.watching.monitors.push_back({ref, process->id, made});
    monitor = monitor_of(ref);
    host.processes().signals().tell(*process);
    return 0;
}

int demonitor_process(Host& host, Port& port, const ErlDrvMonitor& monitor) {
    const auto* found = find_monitor(port, monitor);
    if (found == nullptr) return 1;
    const RefId ref = found->ref;
    const ProcessId id = found->process;
    if (port.watching.firing == ref) {
        // The emulator crashes here; it removes the monitor itself when process_exit has returned.
        host.misuse(Rule::demonitor_while_firing, no_function, port.id, "");
        return 0;
    }
    std::erase_if(port.watching.monitors, [&](const auto& watch) { return watch.ref == ref; });
    if (Process* process = host.processes().find(id)) {
        std::erase_if(process->watched_by, [&](const auto& m) { return m.ref == ref; });
        host.processes().signals().tell(*process);
    }
    return 0;
}

void remove_monitors(Host& host, Port& port) {
    for (const auto& watch : port.watching.monitors) {
        Process* process = host.processes().find(watch.process);
        cleared_away(host, port.id, watch.made, words::Cleared::monitor,
                     fmt::format("its monitor on {}", process ? process->name : "a process"));
        if (process == nullptr) continue;
        std::erase_if(process->watched_by, [&](const auto& m) { return m.ref == watch.ref; });
        host.processes().signals().tell(*process);
    }
    port.watching.monitors.clear();
}

void fire_monitor(Host& host, PortId id, RefId ref) {
    Port* port = host.ports().find(id);
    if (port == nullptr || !port->valid()) return;
    const auto is_it = [&](const auto& watch) { return watch.ref == ref; };
    if (std::none_of(port->watching.monitors.begin(), port->watching.monitors.end(), is_it)) return;
    port->watching.firing = ref;
    ErlDrvMonitor monitor = monitor_of(ref);
    callbacks::process_exit(host, *port, monitor);
    port->watching.firing = {};
    std::erase_if(port->watching.monitors, is_it);
    if (port->watching.failure) {
        const term::Term reason = *std::exchange(port->watching.failure, std::nullopt);
        host.ports().close(*port, reason, CloseCause::driver);
    } else {
        host.ports().settle(*port);
    }
}

} // namespace ddll::host
