#pragma once
/// Records and requests for the rule tests, written short, and a text for everything a decision can hold.
#include "lifecycle/rules.h"

#include <string>
#include <vector>

namespace ddll::lifecycle::test {

inline constexpr ProcessId a{1};
inline constexpr ProcessId b{2};
inline constexpr ProcessId c{3};
inline constexpr RefId fresh{99};

inline const std::string old_path = "/old/echo";
inline const std::string new_path = "/new/echo";

inline UserEntry loaded(ProcessId process) {
    return {EntryKind::loaded, process, {}, false};
}
inline UserEntry released(ProcessId process) {
    return {EntryKind::loaded, process, {}, true};
}
inline UserEntry wait_load(ProcessId process, std::uint64_t ref) {
    return {EntryKind::wait_load, process, RefId{ref}, false};
}
inline UserEntry wait_unload(ProcessId process, std::uint64_t ref) {
    return {EntryKind::wait_unload, process, RefId{ref}, false};
}
inline UserEntry wait_only(ProcessId process, std::uint64_t ref) {
    return {EntryKind::wait_unloaded_only, process, RefId{ref}, false};
}

/// A dynamic driver; entries newest first. Reloading ones have `new_path` as their next path.
class Driver {
public:
    explicit Driver(Status status, std::vector<UserEntry> entries = {}) {
        record_.presence = Presence::dynamic;
        record_.status = status;
        record_.path = old_path;
        record_.entries = std::move(entries);
        if (reloading(status)) record_.next_path = new_path;
    }
    Driver& path(std::string path) {
        record_.path = std::move(path);
        return *this;
    }
    Driver& kill(bool kill = true) {
        record_.kill_ports = kill;
        if (reloading(record_.status)) record_.next_kill_ports = kill;
        return *this;
    }
    /// Open ports; each is a hold as well.
    Driver& ports(std::uint32_t count) {
        record_.port_count += count;
        record_.other_holds += count;
        return *this;
    }
    /// Holds that are no open ports: jobs, ports that have stopped but still exist.
    Driver& jobs(std::uint32_t count) {
        record_.other_holds += count;
        return *this;
    }
    operator DriverRecord() const { return record_; } // NOLINT: the point of the class

private:
    DriverRecord record_;
};

inline DriverRecord absent() {
    return {};
}
inline DriverRecord linked_in() {
    DriverRecord record;
    record.presence = Presence::linked_in;
    return record;
}

inline request::Load load(ProcessId process, std::string path = old_path, bool kill = false) {
    return {process, std::move(path), kill, std::nullopt, std::nullopt, fresh};
}
inline request::Load reload(PendingOption option, ProcessId process,
                            std::optional<PendingOption> monitor = std::nullopt, bool kill = false) {
    return {process, new_path, kill, option, monitor, fresh};
}
inline request::Unload unload(ProcessId process, std::optional<PendingOption> monitor = std::nullopt,
                              bool kill = false) {
    return {process, kill, monitor, fresh};
}

inline Effect up(ProcessId to, std::uint64_t ref, effect::What what) {
    return effect::Send{to, RefId{ref}, effect::Direction::up, what, std::nullopt, false};
}
inline Effect down(ProcessId to, std::uint64_t ref, effect::What what, std::optional<LoadError> error = std::nullopt) {
    return effect::Send{to, RefId{ref}, effect::Direction::down, what, error, false};
}
inline Effect at_once(ProcessId to, effect::Direction direction, effect::What what) {
    return effect::Send{to, fresh, direction, what, std::nullopt, true};
}

std::string text(const DriverRecord& record);
std::string text(const Decision& decision);
std::string text(const Request& request);

/// The first thing that can never be true of a record in the driver list; empty if there is none.
std::string malformed(const DriverRecord& record);

} // namespace ddll::lifecycle::test
