#pragma once
/// What erl_ddll:info/2 shows of a record.
#include "lifecycle/record.h"

#include <string_view>
#include <utility>

namespace ddll::lifecycle {

using words::InfoItem; ///< in the order of info/1

using ProcessCounts = std::vector<std::pair<ProcessId, std::uint32_t>>;
struct InfoAtom { ///< the atom `permanent` or `linked_in_driver` instead of a value
    std::string_view text;
    bool operator==(const InfoAtom&) const = default;
};
struct InfoOptions {
    bool kill_ports;
    bool operator==(const InfoOptions&) const = default;
};
using InfoValue = std::variant<ProcessCounts, InfoOptions, std::uint32_t, bool, InfoAtom>;

/// The record must not be absent (the caller raises badarg for that).
InfoValue info(const DriverRecord& record, InfoItem item);

/// "loaded", "unload_pending", "reload_pending", "permanent", "linked_in" or "not_loaded".
const char* state_word(const DriverRecord& record);

} // namespace ddll::lifecycle
