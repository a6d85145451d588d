#include "session/held_answers.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ddll::session {

void HeldAnswers::hold(std::uint64_t client, std::string process, Answer answer, Clock::time_point until) {
    held_.push_back({{client, std::move(answer)}, std::move(process), until});
}

std::vector<HeldAnswers::Ready> HeldAnswers::take_answered(const Mailboxes& mail) {
    std::vector<Ready> out;
    for (auto it = held_.begin(); it != held_.end();) {
        auto message = mail.promised(it->process, it->ready.answer.promises.value());
        if (!message) {
            ++it;
            continue;
        }
        Answer& answer = it->ready.answer;
        answer.awaited = Answer::Awaited::came;
        answer.failed |= !message->of_driver->reached();
        answer.message = *std::move(message);
        out.push_back(std::move(it->ready));
        it = held_.erase(it);
    }
    return out;
}

std::vector<HeldAnswers::Ready> HeldAnswers::take_late(Clock::time_point now) {
    std::vector<Ready> out;
    for (auto it = held_.begin(); it != held_.end();) {
        if (now < it->until) {
            ++it;
            continue;
        }
        it->ready.answer.awaited = Answer::Awaited::missed;
        it->ready.answer.failed = true;
        out.push_back(std::move(it->ready));
        it = held_.erase(it);
    }
    return out;
}

std::optional<HeldAnswers::Clock::time_point> HeldAnswers::next() const {
    const auto first =
        std::min_element(held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.until < b.until; });
    if (first == held_.end()) return std::nullopt;
    return first->until;
}

} // namespace ddll::session
