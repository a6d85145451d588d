#pragma once
/// Answers that are held back until a message has come that the call has promised: --wait.
#include "session/answer.h"
#include "session/clients.h"

#include <chrono>
#include <optional>
#include <vector>

namespace ddll::session {

class HeldAnswers {
public:
    using Clock = std::chrono::steady_clock;
    struct Ready {
        std::uint64_t client = 0;
        Answer answer;
    };

    /// `answer` promises a message to `process`.
    void hold(std::uint64_t client, std::string process, Answer answer, Clock::time_point until);
    /// Those whose message is in its mailbox; it stays there.
    std::vector<Ready> take_answered(const Mailboxes& mail);
    /// Those that have waited until `now`.
    std::vector<Ready> take_late(Clock::time_point now);
    /// All of them: no message can come any more.
    std::vector<Ready> take_all() { return take_late(Clock::time_point::max()); }

    bool empty() const { return held_.empty(); }
    std::optional<Clock::time_point> next() const;

private:
    struct Held {
        Ready ready;
        std::string process;
        Clock::time_point until;
    };
    /// Those that `ready` has finished, and leaves the others.
    template <class IsReady>
    std::vector<Ready> take(IsReady ready);

    std::vector<Held> held_; ///< oldest first
};

} // namespace ddll::session
