#include "lifecycle/rules.h"

#include "lifecycle/rules_detail.h"

#include <algorithm>

namespace ddll::lifecycle {

namespace {

bool is_pending(const DriverRecord& record) {
    return record.presence == Presence::dynamic && (unloading(record.status) || reloading(record.status));
}

} // namespace

Decision decide(const DriverRecord& record, const Request& request) {
    Decision out = std::visit([&record](const auto& asked) { return rules::on(record, asked); }, request);
    if (std::holds_alternative<reply::Ok>(out.reply)) out.enrols = true;
    if (is_pending(out.next) && holds(record) > 0 && holds(out.next) == 0)
        out.effects.emplace_back(effect::QueueCollect{});
    return out;
}

bool opens_ports(const DriverRecord& record) {
    return record.presence == Presence::linked_in || (record.presence == Presence::dynamic && !forced(record.status));
}

namespace rules {

Decision unchanged(const DriverRecord& record, Row row) {
    Decision out;
    out.next = record;
    out.row = row;
    return out;
}

Decision refused(const DriverRecord& record, Row row, Refusal reason) {
    Decision out = unchanged(record, row);
    out.reply = reply::Refused{reason};
    return out;
}

bool is_sole_user(const DriverRecord& record, ProcessId process) {
    return loads(record) == 1 && loads_of(record, process) == 1;
}

void add_newest(Decision& out, UserEntry entry) {
    out.next.entries.insert(out.next.entries.begin(), entry);
}

bool drop_newest_load(Decision& out, ProcessId process) {
    auto& entries = out.next.entries;
    const auto newest = std::find_if(entries.begin(), entries.end(), [process](const UserEntry& e) {
        return e.kind == EntryKind::loaded && e.process == process;
    });
    if (newest == entries.end()) return false;
    entries.erase(newest);
    return true;
}

void tell(Decision& out, std::initializer_list<EntryKind> kinds, effect::Direction direction, effect::What what,
          std::optional<LoadError> error) {
    const auto is_told = [kinds](const UserEntry& e) {
        return std::find(kinds.begin(), kinds.end(), e.kind) != kinds.end();
    };
    for (const UserEntry& entry : out.next.entries) {
        if (is_told(entry))
            out.effects.emplace_back(effect::Send{entry.process, entry.ref, direction, what, error, false});
    }
    std::erase_if(out.next.entries, is_told);
}

void enter_unloading(Decision& out, bool kill) {
    if (reloading(out.next.status)) {
        tell(out, {EntryKind::wait_load}, effect::Direction::down, effect::What::load_cancelled);
        out.next.next_path.clear();
        out.next.next_kill_ports = false;
    }
    // Also for a record that was forced_unload: its ports are dead, and it opens new ones again.
    out.next.status = Status::unload;
    if (kill && out.next.port_count > 0) {
        out.next.status = Status::forced_unload;
        out.effects.emplace_back(effect::KillPorts{});
    }
}

void wait_for(Decision& out, const request::AddWait& wait) {
    const bool kills = std::any_of(out.effects.begin(), out.effects.end(),
                                   [](const Effect& e) { return std::holds_alternative<effect::KillPorts>(e); });
    if (kills)
        out.effects.emplace_back(effect::Continue{wait});
    else
        add_newest(out, UserEntry{wait.kind, wait.process, wait.ref, false});
}

void answer(Decision& out, OkStatus status, bool waits, const request::AddWait& wait) {
    out.reply = reply::Ok{status, waits ? wait.ref : RefId{}};
    if (waits) wait_for(out, wait);
}

} // namespace rules
} // namespace ddll::lifecycle
