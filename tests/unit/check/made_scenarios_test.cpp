/// The scenarios that a driver is checked with: each can be read as a scenario, and says what the entry can be asked.
#include "check/made_scenarios.h"
#include "journal/entry.h"
#include "scenario/reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace ddll;

namespace {

check::Subject subject(std::uint32_t callbacks) {
    return {"odd 'name\\", "/proc/self/exe", "/proc/self/exe", callbacks, 6, "odd", {}, true};
}

} // namespace

TEST_CASE("every story is a scenario") {
    std::set<std::string> ids;
    check::Subject plain = subject(~0U);
    plain.name = "counter";
    auto all = check::scenarios_for(plain, 10);
    all.push_back(check::first_scenario(plain));
    for (auto& story : check::comparison(plain)) all.push_back(std::move(story));
    for (const check::MadeScenario& story : all) {
        CAPTURE(story.id);
        CHECK(ids.insert(story.id).second);
        const auto read = scenario::read_scenario(story.text, story.id, {});
        CHECK_MESSAGE(read.mistakes.empty(), read.mistakes.front().message);
        CHECK(read.scenario.has_value());
    }
}

TEST_CASE("more strictness, more stories, and none goes") {
    std::set<std::string> before;
    for (unsigned strictness = 1; strictness <= 10; ++strictness) {
        std::set<std::string> now;
        for (const check::MadeScenario& story : check::scenarios_for(subject(0), strictness)) now.insert(story.id);
        CHECK(std::includes(now.begin(), now.end(), before.begin(), before.end()));
        before = std::move(now);
    }
    CHECK(before.size() >= 11);
}

TEST_CASE("of two files each has stories of its own, and titles say whose they are") {
    check::Subject older = subject(0), newer = subject(0), both = subject(0);
    for (check::Subject* one : {&older, &newer, &both}) one->compared = true;
    older.of = check::Side::older;
    both.of = check::Side::replacement;
    std::set<std::string> ids, titles;
    for (const check::Subject* one : {&older, &newer, &both})
        for (const check::MadeScenario& story : check::scenarios_for(*one, 10)) {
            CHECK(story.of == one->of);
            CHECK(story.replaces == (story.text.find("\"version\": \"old\"") != std::string::npos));
            if (one->of == check::Side::replacement && !story.replaces) continue; // it is not run
            CHECK(ids.insert(story.id).second);
            CHECK(titles.insert(story.title).second);
        }
    CHECK(check::unused_replacement(both).replaces);
}

TEST_CASE("only what the entry has is called") {
    const auto asks = [](std::uint32_t callbacks, const char* call) {
        for (const check::MadeScenario& story : check::scenarios_for(subject(callbacks), 1))
            if (story.text.find(call) != std::string::npos) return true;
        return false;
    };
    CHECK(asks(words::bit(journal::Callback::control), "port_control"));
    CHECK_FALSE(asks(words::bit(journal::Callback::control), "port_command"));
    CHECK(asks(words::bit(journal::Callback::outputv), "port_command"));
    CHECK_FALSE(asks(0, "port_call"));
}

TEST_CASE("what a story does on purpose is no finding about the driver") {
    for (const check::MadeScenario& story : check::scenarios_for(subject(0), 10))
        CHECK(std::find(story.makes.begin(), story.makes.end(), words::Rule::open_port_blocks_reload) !=
              story.makes.end());
}
