#include "record/write.h"

#include "record/command.h"
#include "record/fit.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ddll;
using namespace ddll::record;
using term::Evaluated;
using term::Term;
using Json = nlohmann::ordered_json;

namespace {

Json step(const char* call, const char* returns) {
    return {{"by", "loader"}, {"call", call}, {"returns", returns}};
}

Call open_call(std::uint64_t process, std::uint64_t port) {
    return {Term::pid(process),
            "erlang",
            "open_port",
            {term::make_tuple(Term::atom("spawn_driver"), Term::string("counter")), Term::nil()},
            Evaluated::of(Term::port(port))};
}

Story one_port() {
    Story story;
    story.processes.push_back({Term::pid(1), "my.Server", true});
    story.items.emplace_back(open_call(1, 4));
    story.items.emplace_back(
        Call{Term::pid(1), "erlang", "!", {Term::port(4), term::make_tuple(Term::pid(1), Term::atom("close"))}});
    story.items[1].messages.push_back({Term::pid(1), term::make_tuple(Term::port(4), Term::atom("closed"))});
    return story;
}

Json written(const Story& story, bool exact = true) {
    std::vector<Effects> effects(story.items.size());
    for (std::size_t i = 0; i < effects.size(); ++i) effects[i].messages = story.items[i].messages;
    return scenario_of({"a title"}, story, {}, effects, exact);
}

} // namespace

TEST_CASE("identities are variables") {
    const Json scenario = written(one_port());
    CHECK(scenario["processes"] == Json{{"my_Server", {{"trap_exit", true}}}});
    CHECK(scenario["steps"][0]["returns"] == "P");
    CHECK(scenario["steps"][1]["call"] == "P ! {My_Server,close}");
    CHECK(scenario["steps"][1]["receives"] == Json{{"my_Server", {"{P,closed}"}}});
}

TEST_CASE("without values only names are bound") {
    Story story = one_port();
    story.items.emplace_back(
        Call{Term::pid(1), "erlang", "port_close", {Term::port(4)}, Evaluated::of(Term::atom("true"))});
    const Json scenario = written(story, false);
    CHECK(scenario["steps"][0]["returns"] == "P");
    CHECK(!scenario["steps"][2].contains("returns"));
}

TEST_CASE("a call with what has no name is a note") {
    Story story = one_port();
    story.items.emplace_back(Call{Term::pid(1), "erlang", "port_command", {Term::port(99), Term::nil()}});
    CHECK(written(story)["steps"][2]["note"].get<std::string>().starts_with(
        "Not replayed: my_Server calls erlang:port_command/2"));
}

TEST_CASE("rounds that are the same become a repeat") {
    Json steps = Json::array();
    for (int i = 0; i < 4; ++i) {
        steps.push_back(step("port_control(P, 1, [])", "[]"));
        steps.push_back(step("port_control(P, 2, [])", "[]"));
    }
    steps.push_back(step("port_close(P)", "true"));
    const Json short_steps = folded(steps);
    REQUIRE(short_steps.size() == 2);
    CHECK(short_steps[0]["repeat"] == 4);
    CHECK(short_steps[0]["steps"].size() == 2);
}

TEST_CASE("two rounds stay as they are") {
    const Json steps = {step("port_control(P, 1, [])", "[]"), step("port_control(P, 1, [])", "[]")};
    CHECK(folded(steps) == steps);
}

TEST_CASE("of many values the first and the last are kept") {
    Json steps = Json::array();
    for (int i = 0; i < 300; ++i) steps.push_back(step("port_control(P, 1, [])", std::to_string(i).c_str()));
    const Json short_steps = folded(steps);
    REQUIRE(short_steps.size() == 3);
    CHECK(short_steps[0]["returns"] == "0");
    CHECK(short_steps[1]["repeat"] == 298);
    CHECK(short_steps[1]["steps"][0]["returns"] == "_");
    CHECK(short_steps[2]["returns"] == "299");
}

TEST_CASE("what arrives later on the node stands at the step that causes it") {
    Story story = one_port();
    story.items.emplace_back(Call{Term::pid(1), "erlang", "self", {}, Evaluated::of(Term::pid(1))});
    std::swap(story.items[1].messages, story.items[2].messages);
    std::vector<scenario::StepRecord> records(3);
    records[0].returns = {Evaluated::of(Term::port(1))};
    records[1].returns = {Evaluated::of(Term::nil())};
    records[1].messages["my_Server"] = {{term::make_tuple(Term::port(1), Term::atom("closed"))}};
    records[2].returns = {Evaluated::of(Term::pid(1))};
    const Fitted fitted = fit(story, records);
    CHECK(fitted.effects[1].messages.size() == 1);
    CHECK(fitted.disagreements.empty());
    CHECK(fitted.agree.size() == 3);
}

TEST_CASE("a port that is two ports on the node is a disagreement") {
    Story story = one_port();
    story.items.pop_back();
    story.items.emplace_back(open_call(1, 5));
    std::vector<scenario::StepRecord> records(2);
    records[0].returns = {Evaluated::of(Term::port(1))};
    records[1].returns = {Evaluated::of(Term::port(1))};
    const Fitted fitted = fit(story, records);
    REQUIRE(fitted.disagreements.size() == 1);
    CHECK(fitted.disagreements[0].step == 1);
}

TEST_CASE("another value is a disagreement of its step") {
    const Story story = one_port();
    std::vector<scenario::StepRecord> records(2);
    records[0].returns = {Evaluated::raise("badarg")};
    const Fitted fitted = fit(story, records);
    REQUIRE(fitted.disagreements.size() == 2); // and the message does not come
    CHECK(fitted.disagreements[0].step == 0);
    CHECK(fitted.disagreements[0].what == "returns");
    CHECK(fitted.agree.empty());
}

TEST_CASE("the environment of the command keeps what the user has there") {
    const auto environment = with_recorder({"HOME=/h", "ERL_AFLAGS=-mine yes", "LD_PRELOAD="}, "/tools", "/logs");
    CHECK(environment == std::vector<std::string>{"HOME=/h",
                                                  "ERL_AFLAGS=-mine yes -pa /tools -run ddlltool_recorder start",
                                                  "LD_PRELOAD=/tools/witness.so", "DDLLTOOL_RECORD=/logs"});
}
