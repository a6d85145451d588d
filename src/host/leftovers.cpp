// What a port or a driver leaves behind when it goes. Everything is told once, with the call that made it.
#include "host/callbacks.h"
#include "host/host.h"

#include <fmt/format.h>

namespace ddll::host {
namespace {

std::string counted(std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string text_of(const DriverMemory::Left& left) {
    if (!left.is_binary) return fmt::format("{}, {} bytes", counted(left.count, "block"), left.bytes);
    return fmt::format("{} {}, {} bytes", left.count, left.count == 1 ? "binary" : "binaries", left.bytes);
}

// A port whose driver leaves something in every stop would be told of again and again.
constexpr std::uint32_t most_ports_told = 8;

} // namespace

void Host::leftover(Misuse rule, const Made& made, PortId port, std::string_view detail) {
    // Where the call was made says more than where it was noticed. The return address lies behind the call.
    const auto address = reinterpret_cast<std::uintptr_t>(made.address) - (made.address != nullptr ? 1 : 0);
    const std::string_view stack(reinterpret_cast<const char*>(&address), made.address != nullptr ? sizeof address : 0);
    journal_.write(journal::Misused{static_cast<std::uint16_t>(rule), made.function, port, detail, stack});
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
    for (Sync::Key& key : sync_.keys()) {
        if (!key.used || key.made.driver != driver.id) continue;
        leftover(Misuse::tsd_key_leak, key.made, {}, fmt::format("{}: key \"{}\"", driver.name, key.name));
        key.made.driver = {};
    }
}

} // namespace ddll::host
