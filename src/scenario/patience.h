#pragma once
/// How long a run is waited for that may be left out. A value: the time comes from outside.
#include <chrono>
#include <cstdint>
#include <optional>

namespace ddll::scenario {

class Patience {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `limit`: so long a run may go on without progress; then it is stuck, which says something of the driver. With
    /// `until` a run that gets on is left out from then on; one that does not is waited for: it may be stuck.
    Patience(std::chrono::milliseconds limit, std::optional<Time> until, Time now)
        : limit_(limit), until_(until), stuck_(now + limit) {}

    /// When to end it, for a run that has come as far as `progress`.
    Time deadline(std::uint64_t progress, Time now) {
        if (progress != progress_) {
            progress_ = progress;
            stuck_ = now + limit_;
            left_out_ = until_ && now >= *until_;
        }
        return left_out_ ? *until_ : stuck_;
    }
    /// It got on when its time was over.
    bool left_out() const { return left_out_; }

private:
    std::chrono::milliseconds limit_;
    std::optional<Time> until_;
    Time stuck_;
    std::uint64_t progress_ = 0;
    bool left_out_ = false;
};

} // namespace ddll::scenario
