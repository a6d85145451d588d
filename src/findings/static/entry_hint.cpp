#include "findings/static/entry_hint.h"

#include "base/text.h"

#include <erl_driver.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace ddll::findings {
namespace {

static_assert(sizeof(ErlDrvEntry) == entry_size);

struct Slot {
    std::string_view name;
    std::size_t at;
};

constexpr Slot callbacks[] = {
    {"init", offsetof(ErlDrvEntry, init)},
    {"start", offsetof(ErlDrvEntry, start)},
    {"stop", offsetof(ErlDrvEntry, stop)},
    {"output", offsetof(ErlDrvEntry, output)},
    {"ready_input", offsetof(ErlDrvEntry, ready_input)},
    {"ready_output", offsetof(ErlDrvEntry, ready_output)},
    {"finish", offsetof(ErlDrvEntry, finish)},
    {"control", offsetof(ErlDrvEntry, control)},
    {"timeout", offsetof(ErlDrvEntry, timeout)},
    {"outputv", offsetof(ErlDrvEntry, outputv)},
    {"ready_async", offsetof(ErlDrvEntry, ready_async)},
    {"flush", offsetof(ErlDrvEntry, flush)},
    {"call", offsetof(ErlDrvEntry, call)},
    {"process_exit", offsetof(ErlDrvEntry, process_exit)},
    {"stop_select", offsetof(ErlDrvEntry, stop_select)},
    {"emergency_close", offsetof(ErlDrvEntry, emergency_close)},
};

constexpr std::uint32_t all_flags =
    ERL_DRV_FLAG_USE_PORT_LOCKING | ERL_DRV_FLAG_SOFT_BUSY | ERL_DRV_FLAG_NO_BUSY_MSGQ | ERL_DRV_FLAG_USE_INIT_ACK;

/// What an author calls a driver.
[[maybe_unused]] bool is_plausible_name(std::string_view text) {
    constexpr std::string_view besides = "_-.@+";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_alnum(c) || besides.find(c) != std::string_view::npos;
    });
}

} // namespace

std::vector<EntryHint> find_entries(const image::InitialData& data) {
    std::vector<EntryHint> out;
    for (const std::uint64_t mark : data.find(static_cast<std::uint32_t>(ERL_DRV_EXTENDED_MARKER))) {
        if (mark < offsetof(ErlDrvEntry, extended_marker)) continue;
        EntryHint hint;
        hint.address = mark - offsetof(ErlDrvEntry, extended_marker);
        const auto major = data.word(hint.address + offsetof(ErlDrvEntry, major_version));
        const auto minor = data.word(hint.address + offsetof(ErlDrvEntry, minor_version));
        const auto flags = data.word(hint.address + offsetof(ErlDrvEntry, driver_flags));
        // Numbers that no header ever had mean that the mark is there by chance.
        if (!major || !minor || !flags || *major > 1000 || *minor > 1000 || (*flags & ~all_flags) != 0) continue;
        hint.major = static_cast<std::int32_t>(*major);
        hint.minor = static_cast<std::int32_t>(*minor);
        hint.flags = *flags;
        hint.driver_name = data.text_behind(hint.address + offsetof(ErlDrvEntry, driver_name));
        for (const Slot& slot : callbacks)
            if (data.points(hint.address + slot.at)) hint.callbacks.push_back(slot.name);
        out.push_back(std::move(hint));
    }
    return out;
}

std::vector<EntryHint> find_unmarked_entries(const image::InitialData& data) {
    std::vector<EntryHint> out;
#if defined(__x86_64__) // elsewhere the code that writes the mark has it in two halves
    if (data.contains(static_cast<std::uint32_t>(ERL_DRV_EXTENDED_MARKER))) return out;
    for (const std::uint64_t place : data.pointers()) {
        if (place < offsetof(ErlDrvEntry, driver_name)) continue;
        EntryHint hint;
        hint.marked = false;
        hint.address = place - offsetof(ErlDrvEntry, driver_name);
        hint.driver_name = data.text_behind(place);
        if (!is_plausible_name(hint.driver_name) || data.points(hint.address + offsetof(ErlDrvEntry, handle))) continue;
        bool only_code = true;
        for (const Slot& slot : callbacks) {
            if (slot.at > offsetof(ErlDrvEntry, outputv) || !data.points(hint.address + slot.at)) continue;
            only_code = only_code && data.points_to_code(hint.address + slot.at);
            hint.callbacks.push_back(slot.name);
        }
        if (only_code && !hint.callbacks.empty()) out.push_back(std::move(hint));
    }
#endif
    return out;
}

bool is_known_interface(std::int32_t major, std::int32_t minor) {
    if (major < ERL_DRV_MIN_REQUIRED_MAJOR_VERSION_ON_LOAD || major > ERL_DRV_EXTENDED_MAJOR_VERSION) return false;
    return major < ERL_DRV_EXTENDED_MAJOR_VERSION || minor <= ERL_DRV_EXTENDED_MINOR_VERSION;
}

std::vector<std::string> flag_names(std::uint32_t flags) {
    std::vector<std::string> out;
    const auto take = [&](std::uint32_t bit, const char* name) {
        if ((flags & bit) != 0) out.emplace_back(name);
        flags &= ~bit;
    };
    take(ERL_DRV_FLAG_USE_PORT_LOCKING, "ERL_DRV_FLAG_USE_PORT_LOCKING");
    take(ERL_DRV_FLAG_SOFT_BUSY, "ERL_DRV_FLAG_SOFT_BUSY");
    take(ERL_DRV_FLAG_NO_BUSY_MSGQ, "ERL_DRV_FLAG_NO_BUSY_MSGQ");
    take(ERL_DRV_FLAG_USE_INIT_ACK, "ERL_DRV_FLAG_USE_INIT_ACK");
    if (flags != 0) out.push_back(fmt::format("0x{:x}", flags));
    return out;
}

std::uint64_t variables_besides(const image::ElfFacts& elf, std::size_t entries) {
    const std::uint64_t not_meant =
        entries * entry_size + (elf.build.symbol_table ? 0 : image::ElfFacts::linkers_own_bytes);
    return elf.writable_bytes <= not_meant ? 0 : elf.writable_bytes - not_meant;
}

} // namespace ddll::findings
