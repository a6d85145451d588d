#include "host/callbacks.h"
#include "host/host.h"

namespace ddll::host {

void Host::set_timer(Port& port, std::uint64_t milliseconds_, const Made& made) {
    cancel_timer(port);
    // Without a timeout callback the emulator answers 0 and nothing ever happens; so a timer would only be noise.
    if (port.stopping || port.driver == nullptr || port.driver->callbacks.timeout == nullptr) return;
    constexpr std::uint64_t longest = std::uint64_t{1} << 40; // some 35 years: no overflow, and never reached
    const std::uint64_t bounded = milliseconds_ < longest ? milliseconds_ : longest;
    port.timer = now_ + milliseconds(static_cast<std::int64_t>(bounded));
    port.timer_seq = next_timer_++;
    port.timer_made = made;
    timers_.emplace(TimerKey{*port.timer, port.timer_seq}, port.id);
}

void Host::cancel_timer(Port& port) {
    if (!port.timer) return;
    timers_.erase(TimerKey{*port.timer, port.timer_seq});
    port.timer.reset();
}

std::uint64_t Host::read_timer(const Port& port) const {
    if (!port.timer || *port.timer <= now_) return 0;
    // Rounded up: a timer just set for 50 ms reads 50.
    return static_cast<std::uint64_t>(((*port.timer - now_).ns + 999'999) / 1'000'000);
}

void Host::fire_timer(PortId id) {
    Port* port = find(id);
    if (port == nullptr || !port->timer) return;
    cancel_timer(*port);
    callbacks::timeout(*this, *port);
}

} // namespace ddll::host
