#pragma once
/// Monitors that ports have on processes (driver_monitor_process).
#include "base/id.h"
#include "host/made.h"

#include <erl_driver.h>

#include <cstddef>
#include <optional>

namespace ddll::host {

class Host;
struct Port;

/// How many bytes of an ErlDrvMonitor tell one from another, as in the emulator.
inline constexpr std::size_t monitor_identity_size = 24;

/// What a driver keeps of a monitor. A later monitor compares as greater.
ErlDrvMonitor monitor_of(RefId ref);
/// Nothing for bytes that are no monitor.
std::optional<RefId> reference_of(const ErlDrvMonitor& monitor);

/// Nothing when the monitor is not, or no longer, one of the port.
std::optional<ProcessId> monitored_process(const Port& port, const ErlDrvMonitor& monitor);

/// As driver_monitor_process; `id` is nothing for a word that is not a pid.
int monitor_process(Host& host, Port& port, std::optional<ProcessId> id, ErlDrvMonitor& monitor, const Made& made = {});
/// As driver_demonitor_process.
int demonitor_process(Host& host, Port& port, const ErlDrvMonitor& monitor);
/// Removes all that the port has, and reports them as cleared away.
void remove_monitors(Host& host, Port& port);
/// The process has ended: calls process_exit. The monitor is there, for driver_get_monitored_process, until that has
/// returned.
void fire_monitor(Host& host, PortId port, RefId ref);

} // namespace ddll::host
