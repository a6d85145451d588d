#include "lifecycle/info.h"

#include "base/check.h"

#include <algorithm>

namespace ddll::lifecycle {

namespace {

/// One item per process. Its place is that of the process's newest entry, oldest first.
template <class Predicate>
ProcessCounts count_by_process(const DriverRecord& record, Predicate predicate) {
    ProcessCounts counts;
    for (const UserEntry& entry : record.entries) {
        if (!predicate(entry.kind)) continue;
        const auto known = std::find_if(counts.begin(), counts.end(),
                                        [&entry](const auto& count) { return count.first == entry.process; });
        if (known == counts.end())
            counts.emplace_back(entry.process, 1U);
        else
            ++known->second;
    }
    std::reverse(counts.begin(), counts.end());
    return counts;
}

InfoValue info_linked_in(InfoItem item) {
    switch (item) {
    case InfoItem::linked_in_driver:
        return true;
    case InfoItem::permanent:
        return false;
    default:
        return InfoAtom{"linked_in_driver"};
    }
}

InfoValue info_permanent(const DriverRecord& record, InfoItem item) {
    switch (item) {
    case InfoItem::driver_options:
        return InfoOptions{record.kill_ports};
    case InfoItem::linked_in_driver:
        return false;
    case InfoItem::permanent:
        return true;
    default:
        return InfoAtom{"permanent"};
    }
}

} // namespace

std::optional<InfoItem> info_item(std::string_view atom) {
    const auto found = std::find(info_items.begin(), info_items.end(), atom);
    if (found == info_items.end()) return std::nullopt;
    return static_cast<InfoItem>(found - info_items.begin());
}

InfoValue info(const DriverRecord& record, InfoItem item) {
    DDLL_CHECK(record.presence != Presence::absent);
    if (record.presence == Presence::linked_in) return info_linked_in(item);
    if (record.status == Status::permanent) return info_permanent(record, item);
    switch (item) {
    case InfoItem::processes:
        return count_by_process(record, [](EntryKind k) { return k == EntryKind::loaded; });
    case InfoItem::driver_options:
        return InfoOptions{record.kill_ports};
    case InfoItem::port_count:
        return record.port_count;
    case InfoItem::linked_in_driver:
    case InfoItem::permanent:
        return false;
    case InfoItem::awaiting_load:
        return count_by_process(record, [](EntryKind k) { return k == EntryKind::wait_load; });
    case InfoItem::awaiting_unload:
        break;
    }
    return count_by_process(
        record, [](EntryKind k) { return k == EntryKind::wait_unload || k == EntryKind::wait_unloaded_only; });
}

const char* state_word(const DriverRecord& record) {
    if (record.presence == Presence::absent) return "not_loaded";
    if (record.presence == Presence::linked_in) return "linked_in";
    if (record.status == Status::permanent) return "permanent";
    if (unloading(record.status)) return "unload_pending";
    if (reloading(record.status)) return "reload_pending";
    return "loaded";
}

} // namespace ddll::lifecycle
