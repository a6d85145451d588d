#pragma once
/// Port data locks (driver_pdl_*): they live in Sync, refer to a port, and keep its driver in memory.
#include "host/made.h"

#include <cstdint>

namespace ddll::host {

class Host;
struct Port;
struct PortDataLock;

/// nullptr when the port has one already.
PortDataLock* create_data_lock(Host& host, Port& port, const Made& made);
/// One reference less; the lock goes with the last one.
std::int64_t drop_reference(Host& host, PortDataLock& lock);
/// The port's own reference, if it has a lock.
void release_data_lock(Host& host, Port& port);

} // namespace ddll::host
