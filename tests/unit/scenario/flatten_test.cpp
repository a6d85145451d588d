#include "scenario/scenario.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace ddll::scenario;

namespace {

ScenarioStep note(std::string text) {
    ScenarioStep step;
    step.what = NoteStep{};
    step.note = std::move(text);
    return step;
}

ScenarioStep repeat(std::uint32_t times, std::vector<ScenarioStep> steps) {
    ScenarioStep step;
    step.what = RepeatStep{times, std::move(steps)};
    return step;
}

/// "2b(1,3)": the number, the note, and the round of each repeat.
std::string shown(const Scenario& scenario) {
    std::string all;
    for (const FlatStep& flat : flatten(scenario)) {
        std::string rounds;
        for (const auto round : flat.rounds) rounds += (rounds.empty() ? "" : ",") + std::to_string(round);
        CHECK(flat.repeats.size() == flat.rounds.size());
        all += fmt::format("{}{}{}{}", all.empty() ? "" : " ", flat.number, flat.step->note,
                           rounds.empty() ? "" : "(" + rounds + ")");
    }
    return all;
}

} // namespace

TEST_CASE("steps as they are played, numbered as they are written") {
    Scenario scenario;
    CHECK(shown(scenario) == "");
    scenario.steps = {note("a"), note("b")};
    CHECK(shown(scenario) == "1a 2b");
    scenario.steps = {note("a"), repeat(2, {note("b"), note("c")}), note("d")};
    CHECK(shown(scenario) == "1a 3b(1) 4c(1) 3b(2) 4c(2) 5d");
    scenario.steps = {repeat(2, {note("a"), repeat(2, {note("b")}), note("c")}), note("d")};
    CHECK(shown(scenario) == "2a(1) 4b(1,1) 4b(1,2) 5c(1) 2a(2) 4b(2,1) 4b(2,2) 5c(2) 6d");
    scenario.steps = {repeat(1, {repeat(3, {note("a")})})};
    CHECK(shown(scenario) == "3a(1,1) 3a(1,2) 3a(1,3)");
}

TEST_CASE("flat steps point into the scenario") {
    Scenario scenario;
    scenario.steps = {repeat(2, {note("a")})};
    const auto flat = flatten(scenario);
    REQUIRE(flat.size() == 2);
    CHECK(flat[0].step == flat[1].step);
    CHECK(flat[0].repeats == std::vector<const ScenarioStep*>{&scenario.steps[0]});
}
