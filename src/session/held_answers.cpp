#include "session/held_answers.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ddll::session {

void HeldAnswers::hold(std::uint64_t client, std::string process, Answer answer, Clock::time_point until) {
    held_.push_back({{client, std::move(answer)}, std::move(process), until});
}

template <class IsReady>
std::vector<HeldAnswers::Ready> HeldAnswers::take(IsReady ready) {
    std::vector<Ready> out;
    std::vector<Held> others;
    for (Held& held : std::exchange(held_, {})) {
        if (ready(held))
            out.push_back(std::move(held.ready));
        else
            others.push_back(std::move(held));
    }
    held_ = std::move(others);
    return out;
}

std::vector<HeldAnswers::Ready> HeldAnswers::take_answered(const Mailboxes& mail) {
    return take([&](Held& held) {
        Answer& answer = held.ready.answer;
        auto message = mail.promised(held.process, answer.promises.value());
        if (!message) return false;
        answer.awaited = Answer::Awaited::came;
        answer.failed |= !message->of_driver->reached();
        answer.message = *std::move(message);
        return true;
    });
}

std::vector<HeldAnswers::Ready> HeldAnswers::take_late(Clock::time_point now) {
    return take([&](Held& held) {
        if (now < held.until) return false;
        held.ready.answer.awaited = Answer::Awaited::missed;
        held.ready.answer.failed = true;
        return true;
    });
}

std::optional<HeldAnswers::Clock::time_point> HeldAnswers::next() const {
    const auto first =
        std::min_element(held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.until < b.until; });
    if (first == held_.end()) return std::nullopt;
    return first->until;
}

} // namespace ddll::session
