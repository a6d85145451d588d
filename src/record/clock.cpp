#include "record/clock.h"

#include <algorithm>

namespace ddll::record {

StoryClock::StoryClock(const std::vector<Event>& events) {
    std::map<std::uint32_t, std::size_t> set;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        if (event.kind == Kind::set_timer) {
            set[event.port] = i;
        } else if (event.kind == Kind::cancel_timer || event.kind == Kind::stop) {
            set.erase(event.port);
        } else if (event.kind == Kind::timeout && set.contains(event.port)) {
            firings_[set[event.port]] = i;
            set.erase(event.port);
        }
    }
}

std::int64_t StoryClock::set(std::size_t at, const Event& event) {
    const auto fires = firings_.find(at);
    Timer timer{fires == firings_.end() ? SIZE_MAX : fires->second, 0};
    const auto milliseconds = static_cast<std::int64_t>(event.a);
    std::int64_t before = 0;
    for (const auto& [port, other] : running_)
        if (port != event.port && other.fires < timer.fires && timer.fires != SIZE_MAX)
            before = std::max(before, other.due - milliseconds - now_);
    now_ += before;
    timer.due = now_ + milliseconds;
    running_[event.port] = timer;
    return before;
}

std::int64_t StoryClock::run_out(std::uint32_t port) {
    const auto timer = running_.find(port);
    if (timer == running_.end()) return 0;
    const std::int64_t wait = std::max<std::int64_t>(0, timer->second.due - now_);
    now_ += wait;
    running_.erase(timer);
    return wait;
}

} // namespace ddll::record
