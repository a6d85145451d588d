#pragma once
/// lifecycle/ is erl_ddll's rule book: what a driver record is, what may be asked of it, and what follows.
/// Pure values and one pure function. It opens no file, knows no port object and sends no message: it says that
/// somebody must. Read next: rules.h (decide), info.h (what info/1,2 shows), format_error.h.
///
/// Source of every rule: the emulator as measured on OTP 25 (see docs/lifecycle.md).
#include "base/id.h"
#include "words/emulator.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::lifecycle {

using words::Presence;
using words::Status;

/// What one process has with one driver.
enum class EntryKind : std::uint8_t {
    loaded,             ///< one successful load
    wait_load,          ///< a monitor that waits for a load
    wait_unload,        ///< waits for the unload, may be told unload_cancelled
    wait_unloaded_only, ///< waits for the unload only
};

struct UserEntry {
    EntryKind kind = EntryKind::loaded;
    ProcessId process;
    RefId ref;             ///< none for loaded
    bool released = false; ///< loaded only: lets go of the code (a reload was granted)
    bool operator==(const UserEntry&) const = default;
};

/// One name in the driver list. For absent and linked_in nothing but `presence` has a meaning.
struct DriverRecord {
    Presence presence = Presence::absent;
    Status status = Status::ok;
    std::string path;               ///< cleaned directory + "/" + name, compared byte by byte
    bool kill_ports = false;        ///< driver option, fixed for the instance
    std::vector<UserEntry> entries; ///< newest first
    std::uint32_t port_count = 0;   ///< ports between start and stop: what info shows
    std::uint32_t other_holds = 0;  ///< port structures not yet freed, async jobs, outstanding stop_select calls
    std::string next_path;          ///< while reloading
    bool next_kill_ports = false;   ///< while reloading
    bool operator==(const DriverRecord&) const = default;
};

inline std::uint32_t loads(const DriverRecord& record) {
    return static_cast<std::uint32_t>(std::ranges::count(record.entries, EntryKind::loaded, &UserEntry::kind));
}
inline std::uint32_t loads_of(const DriverRecord& record, ProcessId process) {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        record.entries, [process](const UserEntry& e) { return e.kind == EntryKind::loaded && e.process == process; }));
}
/// What keeps the code mapped: loads not released, and other_holds. 0 lets a pending unload or reload happen.
inline std::uint32_t holds(const DriverRecord& record) {
    return record.other_holds +
           static_cast<std::uint32_t>(std::ranges::count_if(
               record.entries, [](const UserEntry& e) { return e.kind == EntryKind::loaded && !e.released; }));
}

inline bool unloading(Status s) {
    return s == Status::unload || s == Status::forced_unload;
}
inline bool reloading(Status s) {
    return s == Status::reload || s == Status::forced_reload;
}
inline bool forced(Status s) {
    return s == Status::forced_unload || s == Status::forced_reload;
}

/// Why a library could not become a driver.
struct LoadError {
    using Kind = words::LoadErrorKind;
    Kind kind = Kind::open_error;
    int number = 0; ///< open_error only: -10 - index into the emulator's list of texts
    bool operator==(const LoadError&) const = default;
};

} // namespace ddll::lifecycle
