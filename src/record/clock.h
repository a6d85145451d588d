#pragma once
/// The time of a story. Only drivers' timers need it, so its clock goes no further than they ask for: it is the same in
/// every recording, however long the node took.
#include "record/node_log.h"

#include <cstdint>
#include <map>
#include <vector>

namespace ddll::record {

class StoryClock {
public:
    explicit StoryClock(const std::vector<Event>& events);

    /// A port sets its timer, by the event `at`. Milliseconds that have to pass before, so that what has run out
    /// earlier on the node is due earlier.
    std::int64_t set(std::size_t at, const Event& event);
    void cancel(std::uint32_t port) { running_.erase(port); }
    /// Milliseconds until a port's timer runs out.
    std::int64_t run_out(std::uint32_t port);

private:
    struct Timer {
        std::size_t fires = SIZE_MAX; ///< the event in which it runs out
        std::int64_t due = 0;
    };
    std::map<std::size_t, std::size_t> firings_; ///< event that sets a timer, to that in which it runs out
    std::map<std::uint32_t, Timer> running_;     ///< by port
    std::int64_t now_ = 0;
};

} // namespace ddll::record
