#include "session/answer.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ddll::session;
using Json = nlohmann::json;

TEST_CASE("every kind of answer is found again in its JSON") {
    for (int i = 0; i <= static_cast<int>(AnswerKind::messages); ++i) {
        Answer answer;
        answer.kind = static_cast<AnswerKind>(i);
        CHECK(kind_of(to_json(answer)) == answer.kind);
    }
    CHECK(!kind_of(Json{{"error", {}}}));
    CHECK(!kind_of(Json{{"kind", "dance"}}));
    CHECK(!kind_of(Json{{"kind", 7}}));
}

TEST_CASE("an answer says what there is, and no more") {
    Answer answer;
    CHECK(to_json(answer) ==
          Json{{"kind", "done"}, {"failed", false}, {"lines", Json::array()}, {"findings", Json::array()}});
    answer.kind = AnswerKind::raised;
    answer.step = 4;
    answer.term = "badarg";
    answer.exception_class = "error";
    answer.means = std::vector<std::string>{"why"};
    answer.impasse = "deadlock";
    answer.awaited = Answer::Awaited::missed;
    const Json json = to_json(answer);
    CHECK(json.at("step") == 5);
    CHECK(json.at("class") == "error");
    CHECK(json.at("term") == "badarg");
    CHECK(json.at("means") == Json::array({"why"}));
    CHECK(json.at("impasse") == "deadlock");
    CHECK(json.at("message").is_null());
    CHECK(!json.contains("message_means"));
}

TEST_CASE("a message that came is told with what it means") {
    Answer answer;
    answer.awaited = Answer::Awaited::came;
    answer.message = {0, "{'UP',Ref1,driver,counter,loaded}", DriverMessage{1, DriverMessage::Reason::loaded}};
    CHECK(to_json(answer).at("message") == answer.message.text);
    CHECK(to_json(answer).contains("message_means"));
    const Json json = messages_json({answer.message, {2, "hello", std::nullopt}});
    CHECK(kind_of(json) == AnswerKind::messages);
    CHECK(json.at("messages").at(0).contains("means"));
    CHECK(json.at("messages").at(1) == Json{{"step", 3}, {"term", "hello"}});
}
