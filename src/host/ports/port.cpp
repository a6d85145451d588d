#include "host/ports/port.h"

#include "host/drivers/driver.h"

#include <algorithm>

namespace ddll::host {

void Port::Flow::adjust_limits(std::uint64_t& wanted_low, std::uint64_t& wanted_high) {
    constexpr std::uint64_t disabled = ERL_DRV_BUSY_MSGQ_DISABLED;
    if (!has_limits) {
        wanted_low = wanted_high = disabled;
        return;
    }
    if (wanted_low == disabled || wanted_high == disabled) {
        has_limits = false; // permanently; this call still leaves both as they were given
        return;
    }
    // 0 only reads. A limit that is set moves the other one where they would cross: the high one is applied last, and
    // never lets the low one stay above it.
    if (wanted_low != 0) {
        low = wanted_low;
        high = std::max(high, low);
    }
    if (wanted_high != 0) {
        high = wanted_high;
        low = std::min(low, high);
    }
    wanted_low = low;
    wanted_high = high;
}

bool Port::consume_timeslice(int percent) {
    running.timeslice_used = std::min(100, running.timeslice_used + std::clamp(percent, 1, 100));
    return running.timeslice_used >= 100;
}

void Port::join_driver() {
    siblings.previous = driver->last_port;
    (driver->last_port != nullptr ? driver->last_port->siblings.next : driver->first_port) = this;
    driver->last_port = this;
}

void Port::leave_driver() {
    (siblings.previous != nullptr ? siblings.previous->siblings.next : driver->first_port) = siblings.next;
    (siblings.next != nullptr ? siblings.next->siblings.previous : driver->last_port) = siblings.previous;
    siblings = {};
}

} // namespace ddll::host
