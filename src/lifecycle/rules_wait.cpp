/// Monitors, the lock that makes a driver permanent, and the counts that keep its code.
#include "base/check.h"
#include "lifecycle/rules_detail.h"

namespace ddll::lifecycle::rules {

namespace {

Decision answer_at_once(const DriverRecord& record, const request::Monitor& monitor, effect::Direction direction,
                        effect::What what) {
    Decision out = unchanged(record, Row::monitor);
    out.effects.emplace_back(effect::Send{monitor.process, monitor.fresh, direction, what, std::nullopt, true});
    return out;
}

Decision wait(const DriverRecord& record, const request::Monitor& monitor, EntryKind kind) {
    Decision out = unchanged(record, Row::monitor);
    add_newest(out, UserEntry{kind, monitor.process, monitor.fresh, false});
    out.enrols = true;
    return out;
}

Decision monitor_loaded(const DriverRecord& record, const request::Monitor& monitor) {
    if (unloading(record.status))
        return answer_at_once(record, monitor, effect::Direction::down, effect::What::load_cancelled);
    if (reloading(record.status)) return wait(record, monitor, EntryKind::wait_load);
    return answer_at_once(record, monitor, effect::Direction::up, effect::What::loaded);
}

} // namespace

Decision on(const DriverRecord& record, const request::Monitor& monitor) {
    if (record.presence == Presence::absent)
        return answer_at_once(record, monitor, effect::Direction::down, effect::What::unloaded);
    if (record.presence == Presence::linked_in || record.status == Status::permanent)
        return answer_at_once(record, monitor, effect::Direction::up, effect::What::permanent);
    switch (monitor.when) {
    case MonitorWhen::loaded:
        break;
    case MonitorWhen::unloaded:
        return wait(record, monitor, EntryKind::wait_unload);
    case MonitorWhen::unloaded_only:
        return wait(record, monitor, EntryKind::wait_unloaded_only);
    }
    return monitor_loaded(record, monitor);
}

Decision on(const DriverRecord& record, const request::Demonitor& demonitor) {
    Decision out = unchanged(record, Row::monitor);
    std::erase_if(out.next.entries, [&demonitor](const UserEntry& e) {
        return e.kind != EntryKind::loaded && e.process == demonitor.process && e.ref == demonitor.ref;
    });
    return out;
}

Decision on(const DriverRecord& record, const request::AddWait& wait) {
    Decision out = unchanged(record);
    // A driver locked by one of its stop callbacks answers nobody who comes later.
    if (record.presence == Presence::dynamic && record.status != Status::permanent)
        add_newest(out, UserEntry{wait.kind, wait.process, wait.ref, false});
    return out;
}

Decision on(const DriverRecord& record, const request::LockDriver&) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic) return out;
    if (record.status == Status::permanent) return unchanged(record, Row::locked_again);
    out.row = Row::lock;
    for (const EntryKind kind : {EntryKind::wait_load, EntryKind::wait_unload, EntryKind::wait_unloaded_only})
        tell(out, {kind}, effect::Direction::up, effect::What::permanent);
    out.next.status = Status::permanent;
    out.next.entries.clear();
    out.next.next_path.clear();
    out.next.next_kill_ports = false;
    return out;
}

namespace {

// The requests that count. Of what is not a loaded driver nothing is counted.

Row count(DriverRecord& record, const request::PortOpened&) {
    ++record.port_count;
    ++record.other_holds;
    return Row::port_opens;
}

Row count(DriverRecord& record, const request::PortStopped&) {
    DDLL_CHECK_MSG(record.port_count > 0, "a port stopped that was never counted as open");
    --record.port_count;
    return Row::port_stops;
}

Row count(DriverRecord& record, const request::HoldAdded&) {
    ++record.other_holds;
    return Row::none;
}

Row count(DriverRecord& record, const request::HoldReleased&) {
    DDLL_CHECK_MSG(record.other_holds > 0, "a hold was released that nobody had");
    --record.other_holds;
    return Row::none;
}

template <class R>
Decision counted(const DriverRecord& record, const R& request) {
    Decision out = unchanged(record);
    if (record.presence == Presence::dynamic) out.row = count(out.next, request);
    return out;
}

} // namespace

Decision on(const DriverRecord& record, const request::PortOpened& opened) {
    return counted(record, opened);
}
Decision on(const DriverRecord& record, const request::PortStopped& stopped) {
    return counted(record, stopped);
}
Decision on(const DriverRecord& record, const request::HoldAdded& added) {
    return counted(record, added);
}
Decision on(const DriverRecord& record, const request::HoldReleased& released) {
    return counted(record, released);
}

} // namespace ddll::lifecycle::rules

namespace ddll::lifecycle {

std::optional<words::LifecycleRow> count_in_place(DriverRecord& record, const Request& request) {
    // The last hold of one that is on its way out has consequences.
    if (record.presence != Presence::dynamic || record.status != Status::ok) return std::nullopt;
    return std::visit(
        [&](const auto& r) -> std::optional<words::LifecycleRow> {
            if constexpr (requires { rules::count(record, r); })
                return rules::count(record, r);
            else
                return std::nullopt;
        },
        request);
}

} // namespace ddll::lifecycle
