/// What a load or a reload answers, and what becomes of it once the library has been opened.
#include "lifecycle/rules_detail.h"

namespace ddll::lifecycle::rules {

namespace {

Decision load_absent(const DriverRecord& record, const request::Load& load) {
    if (load.reload) return refused(record, Row::reload_absent, Refusal::not_loaded);
    Decision out = unchanged(record);
    out.effects.emplace_back(effect::OpenImage{load.path});
    return out;
}

Decision load_ok(const DriverRecord& record, const request::Load& load, Row same = Row::load_same,
                 Row other = Row::load_other) {
    if (load.path != record.path || load.kill_ports != record.kill_ports)
        return refused(record, other, Refusal::inconsistent);
    Decision out = unchanged(record, same);
    add_newest(out, UserEntry{EntryKind::loaded, load.process, {}, false});
    out.reply = reply::Ok{OkStatus::already_loaded, {}};
    return out;
}

Decision grant_reload(const DriverRecord& record, const request::Load& load) {
    const bool pending = *load.reload == PendingOption::pending;
    Decision out = unchanged(record, pending ? Row::reload_pending : Row::reload_as_sole);
    out.next.status = Status::reload;
    out.next.next_path = load.path;
    out.next.next_kill_ports = load.kill_ports;
    // The users stay users, but none of them keeps the old code: only ports and jobs do.
    drop_newest_load(out, load.process);
    add_newest(out, UserEntry{EntryKind::loaded, load.process, {}, true});
    for (UserEntry& entry : out.next.entries) entry.released = entry.kind == EntryKind::loaded;
    if (record.kill_ports) {
        out.row = Row::reload_kills;
        out.next.status = Status::forced_reload;
        if (record.port_count > 0) out.effects.emplace_back(effect::KillPorts{});
    }
    // The status repeats what was asked, whoever else uses the driver.
    const bool waits = load.monitor.has_value(); // either option will do
    answer(out, pending ? OkStatus::pending_process : OkStatus::pending_driver, waits,
           {EntryKind::wait_load, load.process, load.fresh});
    return out;
}

Decision reload_ok(const DriverRecord& record, const request::Load& load) {
    if (*load.reload == PendingOption::pending_driver && !is_sole_user(record, load.process))
        return refused(record, Row::reload_not_sole, Refusal::pending_process);
    if (load.kill_ports != record.kill_ports) // the path may differ: that is what a reload is for
        return refused(record, Row::reload_other_options, Refusal::inconsistent);
    if (loads_of(record, load.process) == 0)
        return refused(record, Row::reload_by_stranger, Refusal::not_loaded_by_this_process);
    return grant_reload(record, load);
}

Decision load_unloading(const DriverRecord& record, const request::Load& load) {
    if (load.reload) return refused(record, Row::unloading_reload, Refusal::not_loaded_by_this_process);
    Decision out = load_ok(record, load, Row::load_saves, Row::unloading_load_other);
    if (std::holds_alternative<reply::Ok>(out.reply)) {
        out.next.status = Status::ok;
        tell(out, {EntryKind::wait_unload}, effect::Direction::up, effect::What::unload_cancelled);
    }
    return out;
}

Decision load_reloading(const DriverRecord& record, const request::Load& load) {
    if (load.reload) return refused(record, Row::reloading_reload, Refusal::pending_reload);
    if (load.path != record.next_path || load.kill_ports != record.next_kill_ports)
        return refused(record, Row::reloading_load_other, Refusal::inconsistent);
    Decision out = unchanged(record, Row::reloading_load_joins);
    add_newest(out, UserEntry{EntryKind::loaded, load.process, {}, true});
    add_newest(out, UserEntry{EntryKind::wait_load, load.process, load.fresh, false}); // asked for or not
    out.reply = reply::Ok{OkStatus::pending_driver, load.fresh};
    return out;
}

} // namespace

Decision on(const DriverRecord& record, const request::Load& load) {
    if (record.presence == Presence::linked_in)
        return refused(record, Row::linked_in_refuses, Refusal::linked_in_driver);
    if (record.presence == Presence::absent) return load_absent(record, load);
    if (record.status == Status::permanent) return refused(record, Row::permanent_refuses, Refusal::permanent);
    if (unloading(record.status)) return load_unloading(record, load);
    if (reloading(record.status)) return load_reloading(record, load);
    return load.reload ? reload_ok(record, load) : load_ok(record, load);
}

Decision on(const DriverRecord& record, const request::LoadOpened& opened) {
    Decision out = unchanged(record);
    if (record.presence != Presence::absent) return out;
    out.row = Row::load_good;
    out.next = DriverRecord{};
    out.next.presence = Presence::dynamic;
    out.next.path = opened.path;
    out.next.kill_ports = opened.kill_ports;
    add_newest(out, UserEntry{EntryKind::loaded, opened.process, {}, false});
    out.reply = reply::Ok{OkStatus::loaded, {}};
    return out;
}

Decision on(const DriverRecord& record, const request::LoadFailed& failed) {
    Decision out = unchanged(record);
    if (record.presence != Presence::absent) return out;
    out.row = Row::load_bad;
    out.reply = reply::Failed{failed.error};
    return out;
}

Decision on(const DriverRecord& record, const request::ReloadOpened&) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic || !reloading(record.status)) return out;
    out.row = Row::reload_good;
    out.next.status = Status::ok;
    out.next.path = record.next_path;
    out.next.kill_ports = record.next_kill_ports;
    out.next.next_path.clear();
    out.next.next_kill_ports = false;
    out.next.port_count = 0;
    for (UserEntry& entry : out.next.entries) entry.released = false;
    tell(out, {EntryKind::wait_load}, effect::Direction::up, effect::What::loaded);
    return out;
}

Decision on(const DriverRecord& record, const request::ReloadFailed& failed) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic || !reloading(record.status)) return out;
    out.row = Row::reload_bad;
    tell(out, {EntryKind::wait_load}, effect::Direction::down, effect::What::load_failure, failed.error);
    out.next = DriverRecord{}; // users without a monitor are not told
    return out;
}

} // namespace ddll::lifecycle::rules
