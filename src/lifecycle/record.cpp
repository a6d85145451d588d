#include "lifecycle/record.h"

#include <algorithm>

namespace ddll::lifecycle {

namespace {

template <class Predicate>
std::uint32_t count_entries(const DriverRecord& record, Predicate predicate) {
    return static_cast<std::uint32_t>(std::count_if(record.entries.begin(), record.entries.end(), predicate));
}

} // namespace

std::uint32_t loads(const DriverRecord& record) {
    return count_entries(record, [](const UserEntry& e) { return e.kind == EntryKind::loaded; });
}

std::uint32_t loads_of(const DriverRecord& record, ProcessId process) {
    return count_entries(record,
                         [process](const UserEntry& e) { return e.kind == EntryKind::loaded && e.process == process; });
}

std::uint32_t holds(const DriverRecord& record) {
    return record.other_holds +
           count_entries(record, [](const UserEntry& e) { return e.kind == EntryKind::loaded && !e.released; });
}

} // namespace ddll::lifecycle
