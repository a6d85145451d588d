#include "made_up.h"
#include "report/timeline.h"

#include <algorithm>

using namespace made_up;
using report::LaneKind;
using report::LineKind;
using report::SpanKind;

namespace {

std::vector<std::string> lanes(const report::Timeline& timeline) {
    std::vector<std::string> out;
    for (const auto& lane : timeline.lanes) out.push_back(std::string(name(lane.kind)) + " " + lane.name);
    return out;
}

std::vector<std::string> spans(const report::Timeline& timeline, SpanKind kind) {
    std::vector<std::string> out;
    for (const auto& span : timeline.spans)
        if (span.kind == kind) out.push_back(span.text);
    return out;
}

const report::Moment* find(const report::Timeline& timeline, LineKind kind, std::string_view text) {
    for (const auto& moment : timeline.moments)
        if (moment.kind == kind && contains(moment.text, text)) return &moment;
    return nullptr;
}

} // namespace

TEST_CASE("a lane for everybody who takes part") {
    const auto timeline = report::timeline_of(reload_scenario(true));
    CHECK(lanes(timeline) == std::vector<std::string>{"process alice", "process bob", "driver counter", "port P",
                                                      "library counter/v1", "library counter/v2"});
}

TEST_CASE("states follow each other, and a pending one says what it waits for") {
    const auto timeline = report::timeline_of(reload_scenario(true));
    CHECK(spans(timeline, SpanKind::state) ==
          std::vector<std::string>{"loaded", "reload pending: held by P", "loaded"});
    for (const auto& span : timeline.spans) {
        CHECK(span.first <= span.last);
        CHECK(span.last < timeline.moments.size());
    }
}

TEST_CASE("messages come from somewhere, that of a monitor from its driver") {
    const auto timeline = report::timeline_of(reload_scenario(true));
    const auto* up = find(timeline, LineKind::message, "'UP'");
    REQUIRE(up != nullptr);
    CHECK(timeline.lanes[up->lane].name == "alice");
    REQUIRE(up->from != report::nobody);
    CHECK(timeline.lanes[up->from].name == "P"); // the journal of this story says so
    const auto* opened = find(timeline, LineKind::opens, "counter");
    REQUIRE(opened != nullptr);
    CHECK(timeline.lanes[opened->from].name == "bob");
}

TEST_CASE("a library that stays is a state of its own, and the moment is bad") {
    const auto timeline = report::timeline_of(reload_scenario(false));
    const auto states = spans(timeline, SpanKind::state);
    CHECK(std::find(states.begin(), states.end(), "NOT UNLOADED: the library of counter/v1 is still in memory") !=
          states.end());
    const auto* proof = find(timeline, LineKind::proof, "NOT REPLACED");
    REQUIRE(proof != nullptr);
    CHECK(proof->bad);
}

TEST_CASE("a failed expectation stands at the end of its step, and a death at the end of all") {
    const auto failed = report::timeline_of(failed_scenario());
    const auto* failure =
        find(failed, LineKind::trouble, "returns: expected {error, not_loaded}, got {error, permanent}");
    REQUIRE(failure != nullptr);
    CHECK(failure->step == 1);
    CHECK(failed.lanes[failure->lane].name == "alice");
    CHECK((failure - 1)->kind == LineKind::returns);
    CHECK((failure + 1)->kind == LineKind::step);
    const auto crashed = report::timeline_of(crashed_scenario());
    CHECK(crashed.moments.back().kind == LineKind::died);
    CHECK(crashed.lanes[crashed.moments.back().lane].name == "P");
    const auto callback = std::find_if(crashed.spans.begin(), crashed.spans.end(),
                                       [](const auto& span) { return span.kind == SpanKind::callback; });
    REQUIRE(callback != crashed.spans.end());
    CHECK_FALSE(callback->ended);
}

TEST_CASE("of a long story the middle is left out, and counted") {
    const auto whole = report::timeline_of(reload_scenario(true));
    const auto cut = report::timeline_of(reload_scenario(true), 10);
    CHECK(whole.left_out == 0);
    CHECK(cut.left_out > 0);
    CHECK(cut.moments.size() < whole.moments.size());
    CHECK(find(cut, LineKind::log, std::to_string(cut.left_out) + " events are left out here") != nullptr);
    CHECK(cut.moments.back().text == whole.moments.back().text);
    for (const auto& span : cut.spans) CHECK(span.last < cut.moments.size());
}

TEST_CASE("no journal, no timeline") {
    RunResult result;
    CHECK(report::timeline_of(result).moments.empty());
}

TEST_CASE("a port of the name of one that is gone goes on in its lane; of one that is not, in a lane of its own") {
    Maker m;
    const PortId second{4}, third{5};
    m.result.names[term::print(term::Term::port(second.value))] = "P";
    m.result.names[term::print(term::Term::port(third.value))] = "P";
    m.step(call("bob", "open_port({spawn_driver, \"counter\"}, [])", 10), [&] {
        m.write(journal::PortOpened{Maker::port, Maker::counter, Maker::bob, "counter"});
        m.write(journal::PortClosed{Maker::port});
        m.write(journal::PortOpened{second, Maker::counter, Maker::bob, "counter"});
        m.write(journal::PortOpened{third, Maker::counter, Maker::bob, "counter"});
    });
    const auto timeline = report::timeline_of(m.finish(Verdict::passed));
    CHECK(lanes(timeline) == std::vector<std::string>{"process alice", "process bob", "port P", "port P (2)"});
    std::vector<std::uint32_t> lives;
    for (const auto& span : timeline.spans)
        if (span.kind == SpanKind::life && timeline.lanes[span.lane].kind == LaneKind::port) lives.push_back(span.lane);
    CHECK(lives == std::vector<std::uint32_t>{2, 2, 3});
}
