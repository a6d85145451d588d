#pragma once
/// Inside lifecycle/ only: the pieces the rule files share. Each rule starts from a Decision that changes nothing,
/// names its row and edits it; what every rule has in common (enrolling, queueing the collect) is added once, by
/// decide().
#include "lifecycle/rules.h"

#include <initializer_list>

namespace ddll::lifecycle::rules {

using Row = words::LifecycleRow;

Decision unchanged(const DriverRecord& record, Row row = Row::none);
Decision refused(const DriverRecord& record, Row row, Refusal reason);

bool is_sole_user(const DriverRecord& record, ProcessId process);

void add_newest(Decision& out, UserEntry entry);

/// Takes the newest load of the process away; false if it has none.
bool drop_newest_load(Decision& out, ProcessId process);

/// Every wait of these kinds, newest first, gets the message and is gone.
void tell(Decision& out, std::initializer_list<EntryKind> kinds, effect::Direction direction, effect::What what,
          std::optional<LoadError> error = std::nullopt);

/// No load is left: the record waits for its collect. `kill`: somebody asked for the ports to go with it.
void enter_unloading(Decision& out, bool kill);

/// Adds the wait now, or behind the killing of ports if this decision kills any: a stop callback may make the driver
/// permanent, and the waits that were there by then are told so. This one must not be among them.
void wait_for(Decision& out, const request::AddWait& wait);

/// Answers {ok, Status}, with a reference and a wait for it where the caller asked to be told.
void answer(Decision& out, OkStatus status, bool waits, const request::AddWait& wait);

Decision on(const DriverRecord& record, const request::Load& load);
Decision on(const DriverRecord& record, const request::LoadOpened& opened);
Decision on(const DriverRecord& record, const request::LoadFailed& failed);
Decision on(const DriverRecord& record, const request::ReloadOpened& opened);
Decision on(const DriverRecord& record, const request::ReloadFailed& failed);

Decision on(const DriverRecord& record, const request::Unload& unload);
Decision on(const DriverRecord& record, const request::ProcessExit& exit);
Decision on(const DriverRecord& record, const request::Collect& collect);

Decision on(const DriverRecord& record, const request::AddWait& wait);
Decision on(const DriverRecord& record, const request::Monitor& monitor);
Decision on(const DriverRecord& record, const request::Demonitor& demonitor);
Decision on(const DriverRecord& record, const request::LockDriver& lock);

Decision on(const DriverRecord& record, const request::PortOpened& opened);
Decision on(const DriverRecord& record, const request::PortStopped& stopped);
Decision on(const DriverRecord& record, const request::HoldAdded& added);
Decision on(const DriverRecord& record, const request::HoldReleased& released);

} // namespace ddll::lifecycle::rules
