#include "scenario/reader.h"
#include "verify/random_scenario.h"
#include "verify/tally.h"

#include <doctest/doctest.h>

#include <set>

using namespace ddll;

TEST_CASE("every random scenario is one, and the same numbers give the same one") {
    const scenario::ReadOptions options;
    std::set<std::string> texts;
    for (std::uint64_t number = 1; number <= 500; ++number) {
        const auto made = verify::random_scenario(7, number);
        CHECK(made.text() == verify::random_scenario(7, number).text());
        const auto read = scenario::read_scenario(made.text(), "random.json", options, false);
        INFO(made.text());
        REQUIRE_MESSAGE(read.scenario.has_value(), read.mistakes.front().message);
        CHECK(read.scenario->processes.size() == 3);
        texts.insert(made.text());
    }
    CHECK(texts.size() == 500);
    CHECK(verify::random_scenario(8, 1).text() != verify::random_scenario(7, 1).text());
}

TEST_CASE("a tally names what a step showed without its numbers and names") {
    const auto read = scenario::read_scenario(R"json({"scenario": 1, "title": "t", "processes": {"a": {}},
        "steps": [{"by": "a", "call": "erl_ddll:try_unload(echo, [])"}]})json",
                                              "t.json", {}, false);
    REQUIRE(read.scenario);
    scenario::StepRecord record;
    record.returns.push_back(term::Evaluated::of(
        term::make_tuple(term::Term::atom("ok"), term::Term::atom("pending_driver"), term::Term::reference(4))));
    record.messages["a"] = {
        {term::make_tuple(term::Term::atom("DOWN"), term::Term::reference(4), term::Term::atom("driver"),
                          term::Term::atom("echo"), term::Term::atom("unloaded"))}};
    verify::Tally tally;
    verify::count(read.scenario->steps[0], record, tally);
    verify::count(read.scenario->steps[0], record, tally);
    CHECK(tally == verify::Tally{{"reply erl_ddll:try_unload/2 {ok, pending_driver, Ref}", 2},
                                 {"message {'DOWN', Ref, driver, Name, unloaded}", 2}});
}
