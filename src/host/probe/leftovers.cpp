#include "host/probe/leftovers.h"
#include "base/text.h"

#include "host/host.h"
#include "host/probe/call_sites.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ddll::host {
namespace {

std::string text_of(const DriverMemory::Left& left) {
    if (!left.is_binary) return fmt::format("{}, {} bytes", counted(left.count, "block"), left.bytes);
    return fmt::format("{} {}, {} bytes", left.count, left.count == 1 ? "binary" : "binaries", left.bytes);
}

/// The one address of a journaled stack. A return address lies behind its call.
class CalledFrom {
public:
    explicit CalledFrom(const Made& made)
        : known_(made.address != nullptr), address_(reinterpret_cast<std::uintptr_t>(made.address) - (known_ ? 1 : 0)) {
    }
    std::string_view stack() const { return {reinterpret_cast<const char*>(&address_), known_ ? sizeof address_ : 0}; }

private:
    bool known_;
    std::uintptr_t address_;
};

// A port whose driver leaves something in every stop would be reported again and again.
constexpr std::uint32_t most_ports_reported = 8;

} // namespace

void leftover(Host& host, Misuse rule, const Made& made, PortId port, std::string_view detail) {
    const CalledFrom from(made);
    host.journal().write(journal::Misused{rule, made.function, port, detail, from.stack()});
}

void cleared_away(Host& host, PortId port, const Made& made, words::Cleared cleared, std::string_view what) {
    const CalledFrom from(made);
    host.journal().write(journal::ClearedAway{port, made.function, what, from.stack(), cleared});
}

void report_cleared_queue(Host& host, const Port& port) {
    if (port.queue.size() > 0)
        cleared_away(host, port.id, port.queue.filled, words::Cleared::queue,
                     counted(port.queue.size(), "byte") + " of its queue");
}

void report_jobs(Host& host, const Port& port) {
    host.jobs().each([&](const AsyncPool::Job& job, AsyncPool::JobState state) {
        if (job.port != port.id) return;
        cleared_away(host, port.id, job.made, words::Cleared::async_job,
                     fmt::format("async job {}, {}: its result is {}", job.number, words::name(state),
                                 job.free != nullptr ? "given to async_free" : "forgotten"));
    });
}

void report_port_leftovers(Host& host, const Port& port) {
    if (port.driver == nullptr) return;
    if (port.data_lock != nullptr && port.data_lock->references > 1)
        leftover(host, Rule::left_at_stop, port.data_lock->made, port.id,
                 fmt::format("the port data lock has {} left besides the port's own",
                             counted(static_cast<std::size_t>(port.data_lock->references - 1), "reference")));
    // Jobs that are still to run have memory of their own, which will be freed.
    if (host.memory().take_made_by_port(port.id) == 0 || port.driver->ports_reported == most_ports_reported ||
        host.jobs().has(port))
        return;
    ++port.driver->ports_reported;
    for (const DriverMemory::Left& left : host.memory().left_by(port.id))
        leftover(host, Rule::left_at_stop, left.made, port.id, text_of(left) + " made in its callbacks");
}

namespace {

/// Anything that may still call set_busy_port: a callback that is due, a thread, another port of the driver.
bool may_become_free(Host& host, const Port& port) {
    if (port.timer.due || !port.watching.monitors.empty() || port.queue.size() > 0 || host.jobs().has(port) ||
        host.io().has(port))
        return true;
    const Driver& driver = *port.driver;
    if (driver.first_port != driver.last_port) return true;
    const auto threads = host.threads().of(driver.id);
    return host.threads().may_act() || std::any_of(threads.begin(), threads.end(), [](const Thread* thread) {
               return thread->state != Thread::State::ended;
           });
}

/// Some call that the driver has not made here may be the one.
bool takes_back(const Driver& driver) {
    if (!driver.image) return true;
    const CodeRange range{driver.image->identity().base, driver.image->identity().end};
    return may_pass_zero(range, reinterpret_cast<std::uintptr_t>(dlsym(RTLD_DEFAULT, "set_busy_port")));
}

} // namespace

void report_left_busy(Host& host, const Port& port) {
    if (!port.flow.busy || port.flow.suspended.empty() || port.driver == nullptr || may_become_free(host, port) ||
        takes_back(*port.driver))
        return;
    leftover(host, Rule::port_left_busy, port.flow.made_busy, port.id,
             fmt::format("{} waits in port_command, and no code of the driver ends that: it never calls set_busy_port "
                         "with 0",
                         counted(port.flow.suspended.size(), "process")));
}

void report_holding_locks(Host& host) {
    for (Lockable* object : host.sync().all(SyncKind::port_data_lock)) {
        const auto& lock = *static_cast<PortDataLock*>(object);
        const Driver* driver = host.drivers().find(lock.driver);
        const Port* port = host.ports().find(lock.port);
        if (driver == nullptr || (port != nullptr && port->valid())) continue;
        leftover(host, Rule::pdl_reference_leak, lock.made, {},
                 fmt::format("{}: {} to the data lock of a port that is closed", driver->name,
                             counted(static_cast<std::size_t>(lock.references), "reference")));
    }
}

void report_driver_leftovers(Host& host, const Driver& driver) {
    for (const DriverMemory::Left& left : host.memory().left_by(driver.id))
        leftover(host, left.is_binary ? Misuse(Rule::binary_refcount_error) : Misuse(Rule::driver_alloc_leak),
                 left.made, {}, fmt::format("{}: {}", driver.name, text_of(left)));
    host.memory().disown(driver.id);
    for (Lockable* object : host.sync().of(driver.id)) {
        leftover(host, Rule::locks_and_tsd_leak, object->made, {},
                 fmt::format("{}: {} \"{}\"{}", driver.name, name(object->kind), object->name,
                             object->holders.empty() ? "" : ", and it is held"));
        object->made.driver = {};
    }
    for (Libraries::Open& open : host.drivers().libraries().all()) {
        if (open.made.driver != driver.id) continue;
        leftover(host, Rule::library_left_open, open.made, {}, fmt::format("{}: {}", driver.name, open.path));
        open.made.driver = {};
    }
    for (Sync::Key& key : host.sync().keys()) {
        if (!key.used || key.made.driver != driver.id) continue;
        leftover(host, Rule::locks_and_tsd_leak, key.made, {}, fmt::format("{}: key \"{}\"", driver.name, key.name));
        key.made.driver = {};
    }
}

void report_changed_entry(Host& host, const Driver& driver) {
    if (!driver.image || driver.entry == nullptr) return;
    if (driver.entry->driver_flags != driver.flags)
        host.misuse(Rule::entry_changed_after_init, no_function, {}, fmt::format("driver_flags of {}", driver.name));
    const ErlDrvEntry now = callbacks_of(*driver.entry);
    if (std::memcmp(&now, &driver.callbacks, sizeof now) != 0)
        host.misuse(Rule::entry_changed_after_init, no_function, {}, fmt::format("a callback of {}", driver.name));
}

} // namespace ddll::host
