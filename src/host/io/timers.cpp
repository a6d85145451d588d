#include "host/io/timers.h"

#include "host/callbacks.h"
#include "host/host.h"

namespace ddll::host {
namespace {

// Timers due at the same moment are offered to the chooser together, but not thousands of them at each step.
constexpr std::size_t most_expired = 64;

} // namespace

void Timers::set(Port& port, std::uint64_t milliseconds_, const Made& made) {
    cancel(port);
    // Without a timeout callback the emulator answers 0 and nothing ever happens; so a timer would only be noise.
    if (port.closing.inside_stop || port.driver == nullptr || port.driver->callbacks.timeout == nullptr) return;
    constexpr std::uint64_t longest = std::uint64_t{1} << 40; // some 35 years: no overflow, and never reached
    const std::uint64_t bounded = milliseconds_ < longest ? milliseconds_ : longest;
    port.timer = {host_.now() + milliseconds(static_cast<std::int64_t>(bounded)), next_++, made};
    timers_.emplace(Key{*port.timer.due, port.timer.number}, port.id);
}

void Timers::cancel(Port& port) {
    if (!port.timer.due) return;
    timers_.erase(Key{*port.timer.due, port.timer.number});
    port.timer.due.reset();
}

std::uint64_t Timers::read(const Port& port) const {
    if (!port.timer.due || *port.timer.due <= host_.now()) return 0;
    // Rounded up: a timer just set for 50 ms reads 50.
    return static_cast<std::uint64_t>(((*port.timer.due - host_.now()).ns + 999'999) / 1'000'000);
}

std::optional<VirtualTime> Timers::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
}

void Timers::offer(std::vector<Step>& ready) const {
    std::size_t left = most_expired;
    for (const auto& [key, port] : timers_) {
        if (key.first > host_.now() || left-- == 0) break;
        ready.push_back({Step::Kind::timeout, port.value});
    }
}

void Timers::fire(PortId id) {
    Port* port = host_.ports().find(id);
    if (port == nullptr || !port->timer.due) return;
    cancel(*port);
    callbacks::timeout(host_, *port);
}

} // namespace ddll::host
