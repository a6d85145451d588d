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

} // namespace

InfoValue info(const DriverRecord& record, InfoItem item) {
    DDLL_CHECK(record.presence != Presence::absent);
    const bool linked_in = record.presence == Presence::linked_in;
    const bool permanent = !linked_in && record.status == Status::permanent;
    if (item == InfoItem::linked_in_driver) return linked_in;
    if (item == InfoItem::permanent) return permanent;
    if (linked_in) return InfoAtom{"linked_in_driver"};
    if (item == InfoItem::driver_options) return InfoOptions{record.kill_ports};
    if (permanent) return InfoAtom{"permanent"};
    if (item == InfoItem::port_count) return record.port_count;
    return count_by_process(record, [item](EntryKind kind) {
        if (item == InfoItem::processes) return kind == EntryKind::loaded;
        if (item == InfoItem::awaiting_load) return kind == EntryKind::wait_load;
        return kind == EntryKind::wait_unload || kind == EntryKind::wait_unloaded_only;
    });
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
