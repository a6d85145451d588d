#include "host/ports/data_lock.h"

#include "host/host.h"

#include <utility>

namespace ddll::host {

PortDataLock* create_data_lock(Host& host, Port& port, const Made& made) {
    if (port.data_lock != nullptr) return nullptr;
    PortDataLock& lock = host.sync().create<PortDataLock>(SyncKind::port_data_lock, "port_data_lock", made);
    lock.port = port.id;
    port.data_lock = &lock;
    // As long as it is there its driver cannot leave (measured): not even with all ports closed.
    if (port.driver != nullptr) {
        lock.driver = port.driver->id;
        host.drivers().ask(*port.driver, lifecycle::request::HoldAdded{});
    }
    return &lock;
}

std::int64_t drop_reference(Host& host, PortDataLock& lock) {
    const std::int64_t left = --lock.references;
    if (left > 0) return left;
    if (Port* port = host.ports().find(lock.port); port != nullptr && port->data_lock == &lock)
        port->data_lock = nullptr;
    Driver* driver = host.drivers().find(lock.driver);
    host.sync().remove(lock);
    if (driver != nullptr) host.drivers().ask(*driver, lifecycle::request::HoldReleased{});
    return 0;
}

void release_data_lock(Host& host, Port& port) {
    if (port.data_lock != nullptr) drop_reference(host, *std::exchange(port.data_lock, nullptr));
}

} // namespace ddll::host
