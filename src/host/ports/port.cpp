#include "host/ports/port.h"

#include <algorithm>

namespace ddll::host {

void Port::adjust_message_queue_limits(std::uint64_t& low, std::uint64_t& high) {
    constexpr std::uint64_t disabled = ERL_DRV_BUSY_MSGQ_DISABLED;
    if (!has_message_queue_limits) {
        low = high = disabled;
        return;
    }
    if (low == disabled || high == disabled) {
        has_message_queue_limits = false; // for good; this call still leaves both as they were given
        return;
    }
    // 0 only reads. A limit that is set moves the other one where they would cross: the high one is applied last, and
    // never lets the low one stay above it.
    if (low != 0) {
        message_queue_low = low;
        message_queue_high = std::max(message_queue_high, low);
    }
    if (high != 0) {
        message_queue_high = high;
        message_queue_low = std::min(message_queue_low, high);
    }
    low = message_queue_low;
    high = message_queue_high;
}

bool Port::consume_timeslice(int percent) {
    timeslice_used = std::min(100, timeslice_used + std::clamp(percent, 1, 100));
    return timeslice_used >= 100;
}

} // namespace ddll::host
