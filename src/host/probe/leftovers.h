#pragma once
/// What a port or a driver leaves behind when it goes. Everything is reported once, with the call that made it: where
/// the call was made says more than where its result was noticed.
#include "base/id.h"
#include "host/made.h"
#include "host/misuse.h"
#include "words/facts.h"

#include <string_view>

namespace ddll::host {

class Host;
struct Driver;
struct Port;

/// Journals a finding about an object that `made` made.
void leftover(Host& host, Misuse rule, const Made& made, PortId port, std::string_view detail);
/// Journals what the emulator throws away, without any fault of the driver, because the port ends.
void cleared_away(Host& host, PortId port, const Made& made, words::Cleared cleared, std::string_view what);
void report_cleared_queue(Host& host, const Port& port);
void report_jobs(Host& host, const Port& port);
/// What the callbacks of a port made, once stop has returned.
void report_port_leftovers(Host& host, const Port& port);
/// What a driver made and did not give back, before its library is closed. Afterwards it belongs to no driver.
void report_driver_leftovers(Host& host, const Driver& driver);
/// A driver that changed its entry after init: the emulator does not look again. Only of a library that is mapped: the
/// entry is the driver's own memory.
void report_changed_entry(Host& host, const Driver& driver);
/// A port is busy, a process waits for it, and nothing will happen that could change that. To be asked at the end of a
/// run; and, in runs that look closely, when the port is closed.
void report_left_busy(Host& host, const Port& port);
/// At the end of a scenario: a data lock whose port is gone, and that is still referred to, keeps its driver loaded
/// forever.
void report_holding_locks(Host& host);

} // namespace ddll::host
