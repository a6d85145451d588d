#pragma once
/// Virtual time of a host. It moves only when the host is told to.
#include "base/time.h"

#include <algorithm>
#include <cstdint>

namespace ddll::host {

class Clock {
public:
    VirtualTime now() const { return now_; }
    void move_to(VirtualTime time) { now_ = time; }
    /// Microseconds since `epoch_us` + now, strictly increasing from call to call.
    std::int64_t unique_us(std::int64_t epoch_us) {
        last_us_ = std::max(last_us_ + 1, epoch_us + now_.ns / 1000);
        return last_us_;
    }

private:
    VirtualTime now_;
    std::int64_t last_us_ = 0;
};

} // namespace ddll::host
