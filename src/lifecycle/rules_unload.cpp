/// How a driver loses its users, and what happens when nothing holds its code any more.
#include "lifecycle/rules_detail.h"

namespace ddll::lifecycle::rules {

namespace {

/// Others still use the driver: its ports are left alone whatever was asked.
void answer_pending_process(Decision& out, const request::Unload& unload) {
    out.row = reloading(out.next.status) ? Row::reloading_unload_others_stay : Row::unload_others_stay;
    answer(out, OkStatus::pending_process, unload.monitor == PendingOption::pending,
           {EntryKind::wait_unload, unload.process, unload.fresh});
}

Row last_unload(const DriverRecord& record, bool kills) {
    if (unloading(record.status)) return Row::unloading_unload;
    if (reloading(record.status)) return kills ? Row::reloading_unload_last_kills : Row::reloading_unload_last;
    if (record.port_count == 0) return Row::unload_last;
    return kills ? Row::unload_last_kills : Row::unload_last_ports_stay;
}

Row exit(const DriverRecord& record, bool users_left, bool kills) {
    if (unloading(record.status)) return kills ? Row::unloading_exit_kills : Row::unloading_exit;
    if (reloading(record.status)) return users_left ? Row::reloading_exit_others_stay : Row::reloading_exit_last;
    if (users_left) return Row::exit_others_stay;
    return kills ? Row::exit_last_kills : Row::exit_last;
}

/// Nobody does. The answer is the same with no port at all: the code goes after the call.
void answer_pending_driver(Decision& out, const request::Unload& unload) {
    const bool kill = out.next.kill_ports || unload.kill_ports;
    out.row = last_unload(out.next, kill && out.next.port_count > 0);
    enter_unloading(out, kill);
    answer(out, OkStatus::pending_driver, unload.monitor.has_value(),
           {EntryKind::wait_unload, unload.process, unload.fresh});
}

} // namespace

Decision on(const DriverRecord& record, const request::Unload& unload) {
    if (record.presence == Presence::linked_in)
        return refused(record, Row::linked_in_refuses, Refusal::linked_in_driver);
    if (record.presence == Presence::absent) return refused(record, Row::unload_absent, Refusal::not_loaded);
    if (record.status == Status::permanent) return refused(record, Row::permanent_refuses, Refusal::permanent);
    Decision out = unchanged(record);
    if (!drop_newest_load(out, unload.process) && loads(record) > 0)
        return refused(record, reloading(record.status) ? Row::reloading_unload_by_stranger : Row::unload_by_stranger,
                       Refusal::not_loaded_by_this_process);
    if (loads(out.next) > 0)
        answer_pending_process(out, unload);
    else
        answer_pending_driver(out, unload);
    return out;
}

Decision on(const DriverRecord& record, const request::ProcessExit& ended) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic) return out;
    if (record.status == Status::permanent) return unchanged(record, Row::permanent_exit);
    std::erase_if(out.next.entries, [&ended](const UserEntry& e) { return e.process == ended.process; });
    // Not asked: whether the process had any part in this driver. A stranger's exit kills late ports too.
    const bool users_left = loads(out.next) > 0;
    if (!users_left) enter_unloading(out, record.kill_ports);
    out.row = exit(record, users_left, record.kill_ports && record.port_count > 0);
    return out;
}

Decision on(const DriverRecord& record, const request::Collect&) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic) return out;
    const bool pending = unloading(record.status) || reloading(record.status);
    if (!pending || holds(record) > 0) return unchanged(record, Row::collect_in_use);
    out.effects.emplace_back(effect::FinishAndClose{});
    tell(out, {EntryKind::wait_unload, EntryKind::wait_unloaded_only}, effect::Direction::down, effect::What::unloaded);
    if (reloading(record.status)) {
        out.effects.emplace_back(effect::OpenImage{record.next_path});
    } else {
        out.row = Row::collect_unloads;
        out.next = DriverRecord{};
    }
    return out;
}

} // namespace ddll::lifecycle::rules
