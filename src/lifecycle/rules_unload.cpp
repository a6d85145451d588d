/// How a driver loses its users, and what happens when nothing holds its code any more.
#include "lifecycle/rules_detail.h"

namespace ddll::lifecycle::rules {

namespace {

/// Others still use the driver: its ports are left alone whatever was asked.
void answer_pending_process(Decision& out, const request::Unload& unload) {
    reply::Ok ok{OkStatus::pending_process, {}};
    if (unload.monitor == PendingOption::pending) {
        ok.ref = unload.fresh;
        wait_for(out, request::AddWait{EntryKind::wait_unload, unload.process, unload.fresh});
    }
    out.reply = ok;
}

/// Nobody does. The answer is the same with no port at all: the code goes after the call.
void answer_pending_driver(Decision& out, const request::Unload& unload) {
    enter_unloading(out, out.next.kill_ports || unload.kill_ports);
    reply::Ok ok{OkStatus::pending_driver, {}};
    if (unload.monitor) {
        ok.ref = unload.fresh;
        wait_for(out, request::AddWait{EntryKind::wait_unload, unload.process, unload.fresh});
    }
    out.reply = ok;
}

} // namespace

Decision on(const DriverRecord& record, const request::Unload& unload) {
    if (record.presence == Presence::linked_in) return refused(record, Refusal::linked_in_driver);
    if (record.presence == Presence::absent) return refused(record, Refusal::not_loaded);
    if (record.status == Status::permanent) return refused(record, Refusal::permanent);
    Decision out = unchanged(record);
    if (!drop_newest_load(out, unload.process) && loads(record) > 0)
        return refused(record, Refusal::not_loaded_by_this_process);
    if (loads(out.next) > 0)
        answer_pending_process(out, unload);
    else
        answer_pending_driver(out, unload);
    return out;
}

Decision on(const DriverRecord& record, const request::ProcessExit& exit) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic || record.status == Status::permanent) return out;
    std::erase_if(out.next.entries, [&exit](const UserEntry& e) { return e.process == exit.process; });
    // Not asked: whether the process had any part in this driver. A stranger's exit kills late ports too.
    if (loads(out.next) == 0) enter_unloading(out, record.kill_ports);
    return out;
}

Decision on(const DriverRecord& record, const request::Collect&) {
    Decision out = unchanged(record);
    if (record.presence != Presence::dynamic || holds(record) > 0) return out;
    if (!unloading(record.status) && !reloading(record.status)) return out;
    out.effects.emplace_back(effect::FinishAndClose{});
    tell(out, {EntryKind::wait_unload, EntryKind::wait_unloaded_only}, effect::Direction::down, effect::What::unloaded);
    if (reloading(record.status))
        out.effects.emplace_back(effect::OpenImage{record.next_path});
    else
        out.next = DriverRecord{};
    return out;
}

} // namespace ddll::lifecycle::rules
