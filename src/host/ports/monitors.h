#pragma once
/// Monitors that ports have on processes (driver_monitor_process). Read next: monitors.cpp.
#include "base/id.h"

#include <erl_driver.h>

#include <cstddef>
#include <optional>

namespace ddll::host {

struct Port;

/// How many bytes of an ErlDrvMonitor tell one from another, as in the emulator.
inline constexpr std::size_t monitor_identity_size = 24;

/// What a driver keeps of a monitor. A later monitor compares as greater.
ErlDrvMonitor monitor_of(RefId ref);
/// Nothing for bytes that are no monitor.
std::optional<RefId> reference_of(const ErlDrvMonitor& monitor);

/// Nothing when the monitor is not, or no longer, one of the port.
std::optional<ProcessId> monitored_process(const Port& port, const ErlDrvMonitor& monitor);

} // namespace ddll::host
