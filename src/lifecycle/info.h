#pragma once
/// What erl_ddll:info/2 shows of a record.
#include "lifecycle/record.h"

#include <array>
#include <string_view>
#include <utility>

namespace ddll::lifecycle {

enum class InfoItem : std::uint8_t {
    processes,
    driver_options,
    port_count,
    linked_in_driver,
    permanent,
    awaiting_load,
    awaiting_unload,
};

/// In the order of info/1; enumerator and atom are the same word.
inline constexpr std::array<std::string_view, 7> info_items = {
    "processes", "driver_options", "port_count", "linked_in_driver", "permanent", "awaiting_load", "awaiting_unload",
};

std::optional<InfoItem> info_item(std::string_view atom);

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
