/// decide() asked everything of every small record: what must hold whatever the rule.
#include "unit/lifecycle/samples.h"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <set>

namespace ddll::lifecycle::test {

namespace {

constexpr std::size_t max_entries = 3;

/// Every list of at most three entries; references count up from the oldest.
std::vector<std::vector<UserEntry>> entry_lists() {
    const std::array<UserEntry, 6> kinds = {loaded(a),         loaded(b),         wait_load(c, 1),
                                            wait_unload(a, 1), wait_unload(b, 1), wait_only(c, 1)};
    std::vector<std::vector<UserEntry>> lists = {{}};
    for (std::size_t from = 0; from < lists.size(); ++from) {
        if (lists[from].size() == max_entries) break;
        for (UserEntry entry : kinds) {
            std::vector<UserEntry> longer = lists[from];
            if (entry.kind != EntryKind::loaded) entry.ref = RefId{longer.size() + 1};
            longer.insert(longer.begin(), entry);
            lists.push_back(std::move(longer));
        }
    }
    return lists;
}

std::vector<DriverRecord> records() {
    std::vector<DriverRecord> all = {absent(), linked_in()};
    for (std::vector<UserEntry>& entries : entry_lists()) {
        for (const Status status : {Status::ok, Status::unload, Status::forced_unload, Status::reload,
                                    Status::forced_reload, Status::permanent}) {
            for (UserEntry& entry : entries) entry.released = entry.kind == EntryKind::loaded && reloading(status);
            for (unsigned bits = 0; bits < 8; ++bits) {
                const DriverRecord record =
                    Driver(status, entries).kill((bits & 1) != 0).ports(bits >> 1 & 1).jobs(bits >> 2);
                if (malformed(record).empty()) all.push_back(record);
            }
        }
    }
    return all;
}

std::vector<Request> requests() {
    std::vector<Request> all = {
        request::LoadOpened{a, old_path, true},
        request::LoadFailed{{}},
        request::Collect{},
        request::ReloadOpened{},
        request::ReloadFailed{{}},
        request::LockDriver{},
        request::PortOpened{},
        request::PortStopped{},
        request::HoldAdded{},
        request::HoldReleased{},
        request::Demonitor{c, RefId{1}},
        request::Demonitor{a, RefId{2}},
        request::AddWait{EntryKind::wait_unload, a, fresh},
    };
    const std::array<std::optional<PendingOption>, 3> options = {std::nullopt, PendingOption::pending,
                                                                 PendingOption::pending_driver};
    for (const ProcessId who : {a, b, c}) {
        all.emplace_back(request::ProcessExit{who});
        for (const MonitorWhen when : {MonitorWhen::loaded, MonitorWhen::unloaded, MonitorWhen::unloaded_only})
            all.emplace_back(request::Monitor{who, when, fresh});
        for (const auto& monitor : options) {
            for (const bool kill : {false, true}) {
                all.emplace_back(unload(who, monitor, kill));
                for (const auto& reload : options) {
                    for (const std::string& path : {old_path, new_path})
                        all.emplace_back(request::Load{who, path, kill, reload, monitor, fresh});
                }
            }
        }
    }
    return all;
}

/// As a collect leaves it for the new library: nothing holds the old one, and its waits have been told.
bool collected(const DriverRecord& record) {
    return holds(record) == 0 && std::all_of(record.entries.begin(), record.entries.end(), [](const UserEntry& e) {
               return e.kind == EntryKind::loaded || e.kind == EntryKind::wait_load;
           });
}

/// Counting down needs something that was counted up; the outcome of a reload needs its collect.
bool fits(const DriverRecord& record, const Request& request) {
    if (std::holds_alternative<request::PortStopped>(request)) return record.port_count > 0;
    if (std::holds_alternative<request::HoldReleased>(request)) return record.other_holds > record.port_count;
    if (std::holds_alternative<request::ReloadOpened>(request) ||
        std::holds_alternative<request::ReloadFailed>(request))
        return !reloading(record.status) || collected(record);
    return true;
}

template <class T>
std::size_t count(const Decision& decision) {
    return static_cast<std::size_t>(std::count_if(decision.effects.begin(), decision.effects.end(),
                                                  [](const Effect& e) { return std::holds_alternative<T>(e); }));
}

bool is_pending(const DriverRecord& record) {
    return record.presence == Presence::dynamic && (unloading(record.status) || reloading(record.status));
}

std::vector<effect::Send> sends(const Decision& decision) {
    std::vector<effect::Send> all;
    for (const Effect& effect : decision.effects) {
        if (const auto* send = std::get_if<effect::Send>(&effect)) all.push_back(*send);
    }
    return all;
}

/// Who asks that a wait of his be forgotten, if the request does that.
bool drops(const Request& request, const UserEntry& entry) {
    if (const auto* exit = std::get_if<request::ProcessExit>(&request)) return entry.process == exit->process;
    if (const auto* demonitor = std::get_if<request::Demonitor>(&request))
        return entry.process == demonitor->process && entry.ref == demonitor->ref;
    return false;
}

/// Every wait of before is still there, was told once, or was taken back; within a kind the newest is told first.
std::string wrong_waits(const DriverRecord& record, const Request& request, const Decision& decision) {
    const std::vector<effect::Send> told = sends(decision);
    std::array<std::size_t, 4> last_place{};
    for (const UserEntry& entry : record.entries) {
        if (entry.kind == EntryKind::loaded) continue;
        const auto kept = std::count(decision.next.entries.begin(), decision.next.entries.end(), entry);
        const auto is_it = [&entry](const effect::Send& s) { return s.ref == entry.ref && s.to == entry.process; };
        const auto times = std::count_if(told.begin(), told.end(), is_it);
        if (drops(request, entry) ? kept + times != 0 : kept + times != 1) return "a wait was lost, or told and kept";
        if (times == 0) continue;
        const auto place = static_cast<std::size_t>(std::find_if(told.begin(), told.end(), is_it) - told.begin()) + 1;
        auto& last = last_place[static_cast<std::size_t>(entry.kind)];
        if (place < last) return "an older wait was told first";
        last = place;
    }
    return "";
}

std::string wrong_reference(const Decision& decision) {
    const auto& entries = decision.next.entries;
    std::ptrdiff_t uses =
        std::count_if(entries.begin(), entries.end(), [](const UserEntry& e) { return e.ref == fresh; });
    for (const Effect& effect : decision.effects) {
        if (const auto* next = std::get_if<effect::Continue>(&effect)) uses += next->next.ref == fresh ? 1 : 0;
    }
    const auto* ok = std::get_if<reply::Ok>(&decision.reply);
    if (ok != nullptr && (ok->ref == fresh) != (uses == 1))
        return "the reply's reference and the wait do not belong together";
    return uses > 1 ? "one reference for two waits" : "";
}

// What is counted on the record itself is what the rules decide, and nothing else that could be is left to them.
std::string wrongly_counted(const DriverRecord& record, const Request& request, const Decision& decision) {
    DriverRecord counted = record;
    const auto row = count_in_place(counted, request);
    if (!row && counted != record) return "nothing was counted, and the record changed";
    if (row && decision != Decision{counted, {}, {}, *row}) return "counting gives something else than the rules";
    const bool counts =
        std::holds_alternative<request::PortOpened>(request) || std::holds_alternative<request::PortStopped>(request) ||
        std::holds_alternative<request::HoldAdded>(request) || std::holds_alternative<request::HoldReleased>(request);
    const bool stays = record.presence == Presence::dynamic && record.status == Status::ok;
    return row.has_value() == (counts && stays) ? "" : "counted where it should not be, or the other way round";
}

std::string wrong(const DriverRecord& record, const Request& request, const Decision& decision) {
    const DriverRecord& next = decision.next;
    if (const std::string counted = wrongly_counted(record, request, decision); !counted.empty()) return counted;
    if (decision != decide(record, request)) return "another answer the second time";
    if (!malformed(next).empty()) return malformed(next);
    if (std::holds_alternative<reply::Refused>(decision.reply) &&
        (next != record || !decision.effects.empty() || decision.enrols))
        return "refused, but something happens";
    const bool let_go = is_pending(next) && holds(record) > 0 && holds(next) == 0;
    if (count<effect::QueueCollect>(decision) != (let_go ? 1U : 0U))
        return "a collect is queued exactly when the last hold goes";
    if (count<effect::KillPorts>(decision) > 0 && (record.port_count == 0 || !forced(next.status)))
        return "ports are killed where there are none, or without being forced";
    if (record.presence == Presence::linked_in && next != record) return "a linked in driver changed";
    if (record.presence == Presence::dynamic && record.status == Status::permanent &&
        (next.presence != Presence::dynamic || next.status != Status::permanent))
        return "a permanent driver changed";
    const bool replaced = std::holds_alternative<request::ReloadOpened>(request);
    if (record.presence == Presence::dynamic && next.presence == Presence::dynamic && !replaced &&
        (record.path != next.path || record.kill_ports != next.kill_ports))
        return "the instance changed its file or its option";
    const bool closes = count<effect::FinishAndClose>(decision) > 0;
    const bool collectable =
        std::holds_alternative<request::Collect>(request) && is_pending(record) && holds(record) == 0;
    if (closes != collectable)
        return "code is closed by a collect of a pending driver that nothing holds, and by nothing else";
    if (const std::string waits = wrong_waits(record, request, decision); !waits.empty()) return waits;
    return wrong_reference(decision);
}

} // namespace

TEST_CASE("every record has a good answer to every request") {
    const std::vector<DriverRecord> all_records = records();
    const std::vector<Request> all_requests = requests();
    std::size_t asked = 0;
    std::size_t bad = 0;
    std::set<words::LifecycleRow> taken;
    for (const DriverRecord& record : all_records) {
        for (const Request& request : all_requests) {
            if (!fits(record, request)) continue;
            ++asked;
            const Decision decision = decide(record, request);
            taken.insert(decision.row);
            const std::string complaint = wrong(record, request, decision);
            if (complaint.empty()) continue;
            if (++bad <= 5)
                FAIL_CHECK(complaint << ": " << text(record) << " asked to " << text(request) << " gives "
                                     << text(decision));
        }
    }
    CHECK(bad == 0);
    CHECK(all_records.size() > 1000);
    CHECK(asked > 100'000);
    for (const words::LifecycleRow row : words::all<words::LifecycleRow>)
        CHECK_MESSAGE(taken.contains(row) == (row != words::LifecycleRow::port_refused), words::name(row));
}

} // namespace ddll::lifecycle::test
