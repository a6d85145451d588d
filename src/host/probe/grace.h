#pragma once
/// The time that is given to something which is about to end. What a busy machine takes does not count: while one of
/// those waited for is ready to run and has no processor, the time stands still. So the same is found on any machine.
#include "host/probe/run_delay.h"

#include <chrono>
#include <functional>
#include <optional>

namespace ddll::host {

class Grace {
public:
    /// `delays` gives those that are waited for, as they are at that moment.
    explicit Grace(std::function<Delays()> delays);

    /// Waits for a moment. False when the time is over; then it has not waited.
    bool wait();

private:
    using Clock = std::chrono::steady_clock;

    std::function<Delays()> delays_;
    std::optional<Delays> before_; ///< at the last look; nothing was asked before there is something to wait for
    Clock::time_point begin_, last_;
    Clock::duration given_{};
};

} // namespace ddll::host
