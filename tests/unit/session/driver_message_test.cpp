#include "session/mailboxes.h"

#include "term/text.h"

#include <doctest/doctest.h>

using namespace ddll;
using session::driver_message;
using Reason = session::DriverMessage::Reason;

namespace {

std::optional<session::DriverMessage> read(const char* text) {
    const auto term = term::parse(text);
    REQUIRE_MESSAGE(term, text);
    return driver_message(*term);
}

} // namespace

TEST_CASE("the reason of a driver message is a value, and so is whether it is the one hoped for") {
    struct Row {
        const char* text;
        Reason reason;
        bool reached;
    };
    for (const Row& row :
         {Row{"{'UP',#Ref<0.0.0.7>,driver,counter,loaded}", Reason::loaded, true},
          Row{"{'DOWN',#Ref<0.0.0.7>,driver,counter,unloaded}", Reason::unloaded, true},
          Row{"{'UP',#Ref<0.0.0.7>,driver,counter,unload_cancelled}", Reason::unload_cancelled, false},
          Row{"{'DOWN',#Ref<0.0.0.7>,driver,counter,load_cancelled}", Reason::load_cancelled, false},
          Row{"{'UP',#Ref<0.0.0.7>,driver,counter,permanent}", Reason::permanent, false},
          Row{"{'DOWN',#Ref<0.0.0.7>,driver,counter,{load_failure,not_loaded}}", Reason::load_failure, false},
          Row{"{'DOWN',#Ref<0.0.0.7>,driver,counter,preloaded}", Reason::unknown, false}}) {
        const auto message = read(row.text);
        REQUIRE_MESSAGE(message, row.text);
        CHECK(message->reference == 7);
        CHECK_MESSAGE(message->reason == row.reason, row.text);
        CHECK_MESSAGE(message->reached() == row.reached, row.text);
        CHECK(message->meaning().empty() == (row.reason == Reason::unknown));
    }
}

TEST_CASE("other messages are not taken for one") {
    for (const char* text : {"loaded", "{'UP',#Ref<0.0.0.7>,port,counter,loaded}", "{'UP',ref,driver,counter,loaded}",
                             "{'EXIT',#Ref<0.0.0.7>,driver,counter,loaded}", "{'UP',#Ref<0.0.0.7>,driver,loaded}"})
        CHECK_MESSAGE(!read(text), text);
}
