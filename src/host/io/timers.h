#pragma once
/// The timers of ports (driver_set_timer): at most one for each port, in virtual time.
#include "base/id.h"
#include "base/time.h"
#include "host/made.h"
#include "host/step.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace ddll::host {

class Host;
struct Port;

class Timers {
public:
    explicit Timers(Host& host) : host_(host) {}

    /// Replaces the timer that the port has.
    void set(Port& port, std::uint64_t milliseconds, const Made& made = {});
    void cancel(Port& port);
    /// Milliseconds that are left, rounded up; 0 without a timer.
    std::uint64_t read(const Port& port) const;

    // --- for the steps of the host ---------------------------------------------------------------------------------

    bool empty() const { return timers_.empty(); }
    /// When the next one is due.
    std::optional<VirtualTime> next() const;
    /// Those that are due, in order of their time and then of setting.
    void offer(std::vector<Step>& ready) const;
    void fire(PortId port);

private:
    /// Deadline, then the order of setting.
    using Key = std::pair<VirtualTime, std::uint64_t>;

    Host& host_;
    std::map<Key, PortId> timers_;
    std::uint64_t next_ = 1;
};

} // namespace ddll::host
