#include "unit/lifecycle/samples.h"

#include <algorithm>
#include <fmt/format.h>

namespace ddll::lifecycle::test {

namespace {

std::string text(const UserEntry& entry) {
    const auto who = entry.process.value;
    switch (entry.kind) {
    case EntryKind::loaded:
        return fmt::format("{}({})", entry.released ? "released" : "loaded", who);
    case EntryKind::wait_load:
        return fmt::format("wait_load({},{})", who, entry.ref.value);
    case EntryKind::wait_unload:
        return fmt::format("wait_unload({},{})", who, entry.ref.value);
    case EntryKind::wait_unloaded_only:
        return fmt::format("wait_only({},{})", who, entry.ref.value);
    }
    return "?";
}

std::string text(const std::optional<LoadError>& error) {
    return error ? fmt::format(" {} {}", name(error->kind), error->number) : "";
}

struct EffectText {
    std::string operator()(const effect::OpenImage& e) const { return "open " + e.path; }
    std::string operator()(const effect::FinishAndClose&) const { return "finish and close"; }
    std::string operator()(const effect::KillPorts&) const { return "kill ports"; }
    std::string operator()(const effect::Send& e) const {
        return fmt::format("{} {} to {} ref {}{}{}", e.direction == effect::Direction::up ? "UP" : "DOWN", name(e.what),
                           e.to.value, e.ref.value, text(e.error), e.at_once ? " at once" : "");
    }
    std::string operator()(const effect::QueueCollect&) const { return "queue collect"; }
    std::string operator()(const effect::Continue& e) const {
        return "then " + text(UserEntry{e.next.kind, e.next.process, e.next.ref, false});
    }
};

struct ReplyText {
    std::string operator()(const reply::None&) const { return "-"; }
    std::string operator()(const reply::Ok& r) const {
        return fmt::format("ok {} ref {}", name(r.status), r.ref.value);
    }
    std::string operator()(const reply::Refused& r) const { return fmt::format("refused {}", name(r.reason)); }
    std::string operator()(const reply::Failed& r) const { return "failed" + text(std::optional(r.error)); }
};

const char* text(std::optional<PendingOption> option) {
    if (!option) return "-";
    return *option == PendingOption::pending ? "pending" : "pending_driver";
}

struct RequestText {
    std::string operator()(const request::Load& r) const {
        return fmt::format("load {} by {} kill {} reload {} monitor {}", r.path, r.process.value, r.kill_ports,
                           text(r.reload), text(r.monitor));
    }
    std::string operator()(const request::LoadOpened& r) const {
        return fmt::format("load opened {}", r.process.value);
    }
    std::string operator()(const request::LoadFailed&) const { return "load failed"; }
    std::string operator()(const request::Unload& r) const {
        return fmt::format("unload by {} kill {} monitor {}", r.process.value, r.kill_ports, text(r.monitor));
    }
    std::string operator()(const request::AddWait& r) const {
        return "add " + text(UserEntry{r.kind, r.process, r.ref, false});
    }
    std::string operator()(const request::Monitor& r) const {
        return fmt::format("monitor by {} when {}", r.process.value, static_cast<int>(r.when));
    }
    std::string operator()(const request::Demonitor& r) const {
        return fmt::format("demonitor {} by {}", r.ref.value, r.process.value);
    }
    std::string operator()(const request::ProcessExit& r) const { return fmt::format("exit of {}", r.process.value); }
    std::string operator()(const request::Collect&) const { return "collect"; }
    std::string operator()(const request::ReloadOpened&) const { return "reload opened"; }
    std::string operator()(const request::ReloadFailed&) const { return "reload failed"; }
    std::string operator()(const request::LockDriver&) const { return "lock"; }
    std::string operator()(const request::PortOpened&) const { return "port opened"; }
    std::string operator()(const request::PortStopped&) const { return "port stopped"; }
    std::string operator()(const request::HoldAdded&) const { return "hold added"; }
    std::string operator()(const request::HoldReleased&) const { return "hold released"; }
};

bool has(const DriverRecord& record, EntryKind kind) {
    return std::any_of(record.entries.begin(), record.entries.end(),
                       [kind](const UserEntry& e) { return e.kind == kind; });
}

} // namespace

std::string text(const DriverRecord& record) {
    if (record.presence == Presence::absent) return record == DriverRecord{} ? "absent" : "absent, but not empty";
    if (record.presence == Presence::linked_in) return "linked in";
    std::string out =
        fmt::format("{} {} kill {} ports {} holds {} next '{}' {} [", name(record.status), record.path,
                    record.kill_ports, record.port_count, record.other_holds, record.next_path, record.next_kill_ports);
    for (const UserEntry& entry : record.entries) out += ' ' + text(entry);
    return out + " ]";
}

std::string text(const Decision& decision) {
    std::string out = fmt::format("row {}: ", static_cast<int>(decision.row));
    out += std::visit(ReplyText{}, decision.reply) + " | " + text(decision.next) + " |";
    for (const Effect& effect : decision.effects) out += ' ' + std::visit(EffectText{}, effect) + ';';
    return out + (decision.enrols ? " enrols" : "");
}

std::string text(const Request& request) {
    return std::visit(RequestText{}, request);
}

std::string malformed(const DriverRecord& record) {
    if (record.presence == Presence::absent)
        return record == DriverRecord{} ? "" : "an absent driver remembers something";
    if (record.presence == Presence::linked_in) return "";
    const bool in_use = record.status == Status::ok || reloading(record.status);
    if (in_use != (loads(record) > 0)) return "users and status disagree";
    if (record.status == Status::permanent && !record.entries.empty()) return "a permanent driver has entries";
    if (has(record, EntryKind::wait_load) && !reloading(record.status))
        return "somebody waits for a load that is not coming";
    if (reloading(record.status) == record.next_path.empty()) return "next path and status disagree";
    if (record.next_kill_ports && !reloading(record.status)) return "next option without a reload";
    if (record.port_count > record.other_holds) return "an open port does not hold the code";
    for (const UserEntry& entry : record.entries) {
        if (entry.kind == EntryKind::loaded && entry.released != reloading(record.status))
            return "a load is released outside of a reload, or not within one";
        if ((entry.kind == EntryKind::loaded) == static_cast<bool>(entry.ref))
            return "a load has a reference, or a wait has none";
    }
    return "";
}

} // namespace ddll::lifecycle::test
