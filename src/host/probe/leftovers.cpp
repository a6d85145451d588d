// What a port or a driver leaves behind when it goes. Everything is told once, with the call that made it.
#include "base/text.h"
#include "host/callbacks.h"
#include "host/host.h"

#include <fmt/format.h>

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

// A port whose driver leaves something in every stop would be told of again and again.
constexpr std::uint32_t most_ports_told = 8;

} // namespace

// Where the call was made says more than where its result was noticed.
void Host::leftover(Misuse rule, const Made& made, PortId port, std::string_view detail) {
    const CalledFrom from(made);
    journal_.write(journal::Misused{static_cast<std::uint16_t>(rule), made.function, port, detail, from.stack()});
}

void Host::cleared_away(const Port& port, const Made& made, std::string_view what) {
    const CalledFrom from(made);
    journal_.write(journal::ClearedAway{port.id, made.function, what, from.stack()});
}

void Host::report_cleared_queue(const Port& port) {
    if (port.queue.size() > 0)
        cleared_away(port, port.queue_filled, counted(port.queue.size(), "byte") + " of its queue");
}

void Host::report_jobs(const Port& port) {
    const auto tell = [&](const Job& job, const char* state) {
        if (job.port == port.id)
            cleared_away(port, job.made,
                         fmt::format("async job {}, {}: its result is {}", job.number, state,
                                     job.free != nullptr ? "given to async_free" : "forgotten"));
    };
    for (const Job& job : done_jobs_) tell(job, "done");
    for (const auto& pool : pool_)
        for (const Job& job : pool->jobs)
            tell(job, pool->busy && &job == &pool->jobs.front() ? "running" : "not begun");
}

void Host::report_port_leftovers(Port& port) {
    if (port.driver == nullptr) return;
    if (port.data_lock != nullptr && port.data_lock->references > 1)
        leftover(Misuse::left_at_stop, port.data_lock->made, port.id,
                 fmt::format("the port data lock has {} left besides the port's own",
                             counted(static_cast<std::size_t>(port.data_lock->references - 1), "reference")));
    // Jobs that are still to run have memory of their own, and somebody who will free it.
    if (memory_.take_made_by_port(port.id) == 0 || port.driver->ports_told == most_ports_told || has_jobs(port)) return;
    ++port.driver->ports_told;
    for (const DriverMemory::Left& left : memory_.left_by(port.id))
        leftover(Misuse::left_at_stop, left.made, port.id, text_of(left) + " made in its callbacks");
}

// At the end of a story: a lock whose port is gone, and that somebody still refers to, keeps its driver for ever.
void Host::report_holding_locks() {
    for (Lockable* object : sync_.all(SyncKind::port_data_lock)) {
        const auto& lock = *static_cast<PortDataLock*>(object);
        const Driver* driver = find(lock.driver);
        const Port* port = find(lock.port);
        if (driver == nullptr || (port != nullptr && port->valid())) continue;
        leftover(Misuse::data_lock_holds_driver, lock.made, {},
                 fmt::format("{}: {} to the data lock of a port that is closed", driver->name,
                             counted(static_cast<std::size_t>(lock.references), "reference")));
    }
}

void Host::report_leftovers(Driver& driver) {
    for (const DriverMemory::Left& left : memory_.left_by(driver.id))
        leftover(left.is_binary ? Misuse::driver_binary_leak : Misuse::driver_heap_leak, left.made, {},
                 fmt::format("{}: {}", driver.name, text_of(left)));
    memory_.disown(driver.id);
    for (Lockable* object : sync_.of(driver.id)) {
        leftover(Misuse::lock_leak, object->made, {},
                 fmt::format("{}: {} \"{}\"{}", driver.name, name(object->kind), object->name,
                             object->holders.empty() ? "" : ", and it is held"));
        object->made.driver = {};
    }
    for (Libraries::Open& open : libraries_.all()) {
        if (open.made.driver != driver.id) continue;
        leftover(Misuse::library_left_open, open.made, {}, fmt::format("{}: {}", driver.name, open.path));
        open.made.driver = {};
    }
    for (Sync::Key& key : sync_.keys()) {
        if (!key.used || key.made.driver != driver.id) continue;
        leftover(Misuse::tsd_key_leak, key.made, {}, fmt::format("{}: key \"{}\"", driver.name, key.name));
        key.made.driver = {};
    }
}

} // namespace ddll::host
