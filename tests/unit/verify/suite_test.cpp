#include "verify/suite.h"
#include "verify/suite_case.h"

#include "scenario/reader.h"

#include <doctest/doctest.h>

using namespace ddll;
using verify::SuiteKind;

namespace {

scenario::Scenario story(const std::string& steps, const std::string& more = "",
                         const std::string& name = "story.json") {
    const std::string text = R"~({"scenario": 1, "title": "T", "paths": {"Dir": "live"},
        "drivers": {"counter": {"v1": "a.so"}}, "processes": {"alice": {}, "receive": {}})~" +
                             more + R"~(, "steps": [)~" + steps + "]}";
    auto read = scenario::read_scenario(text, name, {}, false);
    REQUIRE(read.scenario);
    return *std::move(read.scenario);
}

constexpr const char* call = R"~({"by": "alice", "call": "self()", "returns": "Alice"})~";

std::string terms(const scenario::Scenario& one) {
    verify::Libraries libraries;
    return verify::scenario_terms(one, libraries, 0);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("texts become Erlang strings, whatever is in them") {
    CHECK(verify::erlang_string("a\"b\\c") == R"~("a\"b\\c")~");
    CHECK(verify::erlang_string("\n\x7f") == R"~("\x{a}\x{7f}")~");
    CHECK(verify::erlang_string("\xc3\xa9") == "\"\xc3\xa9\"");
    CHECK(verify::erlang_atom("alice") == "alice");
    CHECK(verify::erlang_atom("receive") == "'receive'");
}

TEST_CASE("two files of one driver and version have places of their own, one file has one") {
    verify::Libraries libraries;
    const scenario::DriverFile a{"v1", "/a.so", "", false, {}}, b{"v1", "/b.so", "", false, {}};
    CHECK(libraries.place("sub/counter", a) == "sub_counter/v1.so");
    CHECK(libraries.place("sub/counter", b) == "sub_counter/v1-2.so");
    CHECK(libraries.place("sub/counter", a) == "sub_counter/v1.so");
    CHECK(libraries.place("sub/counter", b) == "sub_counter/v1-2.so");
    CHECK(libraries.all().size() == 2);
}

TEST_CASE("a call becomes a term with what is expected of it") {
    CHECK(contains(terms(story(call)), R"~({1, call, alice, "self()", [{returns, "Alice"}]})~"));
    CHECK(contains(terms(story(R"~({"by": "receive", "call": "exit(x)", "raises": "exit:badarg",
                                   "receives": {"alice": ["{a, ...}", "|"]}, "exits": {"alice": "_"}})~")),
                   R"~({1, call, 'receive', "exit(x)", [{raises, exit, "badarg"}, )~"
                   R"~({receives, [{alice, ["{a, ...}", '|']}]}, {exits, [{alice, "_"}]}]})~"));
    CHECK(contains(terms(story(R"~({"by": "alice", "calls": ["self()", "exit(x)"],
                                   "returns": ["P", {"raises": "exit:x"}]})~")),
                   R"~({1, calls, alice, ["self()", "exit(x)"], [{outcomes, [{returns, "P"}, )~"
                   R"~({raises, exit, "x"}]}]})~"));
    CHECK(contains(terms(story(R"~({"by": "alice", "call": "self()", "blocks": true})~")), R"~("self()", [blocks]})~"));
}

TEST_CASE("steps keep the numbers that the scenario gives them") {
    const std::string text = terms(story(std::string(R"~({"note": "a remark"}, {"repeat": 3, "steps": [)~") + call +
                                         R"~(]}, {"install": "counter", "version": "v1", "into": "Dir",
                                                 "how": "overwrite"},
        {"expect": {"driver": "counter", "status": "loaded", "users": {"alice": 2}, "held_by": []}},
        {"expect": {"driver": "counter", "image": "v1"}})~"));
    CHECK(contains(text, "%% a remark\n"));
    CHECK(contains(text, "{repeat, 3, [\n"));
    CHECK(contains(text, "{3, call, "));
    CHECK(contains(text, R"~({4, install, "live/counter.so", overwrite, "counter/v1.so"})~"));
    CHECK(contains(text, "{5, driver, \"counter\", [{status, loaded}, {users, [{'Alice', 2}]}]}\n"));
    CHECK(contains(text, "%% 6: "));
}

TEST_CASE("what a node cannot play is skipped, with the step") {
    CHECK(verify::why_not_on_a_node(story(call)).empty());
    CHECK(verify::why_not_on_a_node(story(std::string(call) + R"~(, {"repeat": 2, "steps": [{"advance": "1s"}]})~")) ==
          "step 3 moves the clock, which a node cannot");
    CHECK(verify::why_not_on_a_node(story(R"~({"by": "alice", "calls": ["self()", "halt(1)"]})~")) ==
          "step 1 halts the node");
    CHECK(verify::why_not_on_a_node(story(call, R"~(, "node_dies": true)~")) == "a node dies in it");
    CHECK(verify::why_not_on_a_node(story(call, R"~(, "not_judged": "because")~")) == "it is not for a node: because");
    CHECK_FALSE(verify::why_not_on_a_node(story(call, R"~(, "async_takes": "1s")~")).empty());
    CHECK_FALSE(verify::why_not_on_a_node(story(call, R"~(, "expected_crash": {"exit": 3})~")).empty());
}

TEST_CASE("a suite has a function for each story, whatever the files are called") {
    const auto suite =
        verify::make_suite(SuiteKind::common_test, "x",
                           {story(call, "", "a/one.json"), story(call, "", "b/one.json"), story(call, "", "All.json"),
                            story(call, "", "7-up.json"), story(call, "", "receive.json")});
    std::vector<std::string> names;
    for (const auto& one : suite.cases) names.push_back(one.name);
    CHECK(names == std::vector<std::string>{"one", "one_2", "story_all", "story_7_up", "story_receive"});
    CHECK(suite.module == "x_SUITE");
    for (const auto& file : suite.files)
        if (file.copy_of.empty()) CHECK(file.text.starts_with(verify::suite_mark));
}
