#include "session/mailboxes.h"

#include <doctest/doctest.h>

using namespace ddll::session;

namespace {

Message message(const char* text) {
    return {0, text, std::nullopt};
}
Message of_driver(const char* text, std::uint64_t reference) {
    return {0, text, DriverMessage{reference, DriverMessage::Reason::loaded}};
}

} // namespace

TEST_CASE("messages are read once, in their order, by the process they are for") {
    Mailboxes mail;
    mail.deliver("alice", message("one"));
    mail.deliver("bob", message("other"));
    mail.deliver("alice", message("two"));
    CHECK(mail.unread("alice") == 2);
    CHECK(mail.unread("nobody") == 0);
    const auto read = mail.read("alice", false);
    REQUIRE(read.size() == 2);
    CHECK(read[0].text == "one");
    CHECK(read[1].text == "two");
    CHECK(mail.read("alice", false).empty());
    CHECK(mail.unread("bob") == 1);
}

TEST_CASE("kept messages stay unread") {
    Mailboxes mail;
    mail.deliver("alice", message("one"));
    CHECK(mail.read("alice", true).size() == 1);
    CHECK(mail.unread("alice") == 1);
}

TEST_CASE("a promised message is found by its reference and stays unread") {
    Mailboxes mail;
    mail.deliver("alice", message("{'UP',Ref7,driver,counter,loaded}")); // somebody has written it himself
    mail.deliver("alice", of_driver("of 6", 6));
    mail.deliver("bob", of_driver("of 7", 7));
    CHECK(!mail.promised("alice", 7));
    CHECK(!mail.promised("nobody", 7));
    REQUIRE(mail.promised("alice", 6));
    CHECK(mail.promised("alice", 6)->text == "of 6");
    CHECK(mail.unread("alice") == 2);
}
