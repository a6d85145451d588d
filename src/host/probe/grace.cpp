#include "host/probe/grace.h"

#include "host/probe/memory_watch.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace ddll::host {
namespace {

using namespace std::chrono_literals;

constexpr int step_ms = 5;
/// So long they may use a processor, or sleep.
constexpr auto given_at_most = 250ms;
/// On a machine that has not a processor for them at all.
constexpr auto in_all = 20s;

/// The longest that one of them had to wait for a processor.
std::chrono::nanoseconds longest(const Delays& before, const Delays& now) {
    std::int64_t out = 0;
    for (const auto& [thread, delay] : now) {
        const auto it = before.find(thread);
        out = std::max(out, delay - (it == before.end() ? 0 : it->second));
    }
    return std::chrono::nanoseconds(out);
}

} // namespace

Grace::Grace(std::function<Delays()> delays) : delays_(std::move(delays)) {}

bool Grace::wait() {
    const HostWork work;
    if (!before_) {
        before_ = delays_();
        begin_ = last_ = Clock::now();
    }
    if (given_ >= given_at_most || last_ - begin_ >= in_all) return false;
    poll(nullptr, 0, step_ms);
    Delays now = delays_();
    const Clock::time_point time = Clock::now();
    given_ += std::max<Clock::duration>(Clock::duration::zero(), time - last_ - longest(*before_, now));
    last_ = time;
    before_ = std::move(now);
    return true;
}

} // namespace ddll::host
