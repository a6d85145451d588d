#include "session/held_answers.h"

#include <doctest/doctest.h>

using namespace ddll::session;
using namespace std::chrono_literals;
using Reason = DriverMessage::Reason;

namespace {

const HeldAnswers::Clock::time_point start{1h};

Answer promising(std::uint64_t reference) {
    Answer answer;
    answer.kind = AnswerKind::value;
    answer.promises = reference;
    return answer;
}

} // namespace

TEST_CASE("an answer goes when its message is there; a reason that is not the hoped one makes it fail") {
    HeldAnswers held;
    Mailboxes mail;
    held.hold(1, "alice", promising(6), start);
    held.hold(2, "alice", promising(7), start);
    held.hold(3, "bob", promising(8), start);
    CHECK(held.take_answered(mail).empty());
    mail.deliver("alice", {0, "good", DriverMessage{7, Reason::unloaded}});
    mail.deliver("alice", {0, "elsewhere", DriverMessage{8, Reason::loaded}});
    auto ready = held.take_answered(mail);
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].client == 2);
    CHECK(ready[0].answer.awaited == Answer::Awaited::came);
    CHECK(ready[0].answer.message.text == "good");
    CHECK(!ready[0].answer.failed);
    mail.deliver("alice", {0, "bad", DriverMessage{6, Reason::load_failure}});
    ready = held.take_answered(mail);
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].client == 1);
    CHECK(ready[0].answer.failed);
    CHECK(!held.empty());
}

TEST_CASE("one that has waited too long goes without, and fails") {
    HeldAnswers held;
    CHECK(!held.next());
    held.hold(1, "alice", promising(6), start + 2s);
    held.hold(2, "alice", promising(7), start + 1s);
    CHECK(held.next() == start + 1s);
    CHECK(held.take_late(start).empty());
    const auto late = held.take_late(start + 1s);
    REQUIRE(late.size() == 1);
    CHECK(late[0].client == 2);
    CHECK(late[0].answer.awaited == Answer::Awaited::missed);
    CHECK(late[0].answer.failed);
    CHECK(held.take_all().size() == 1);
    CHECK(held.empty());
}
