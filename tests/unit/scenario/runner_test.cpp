/// Whole stories with the sample drivers: how each kind of end is judged, and that a story is the same each time.
#include "journal/json.h"
#include "reader_support.h"
#include "scenario/runner.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace ddll;
using namespace ddll::scenario;

namespace {

Scenario read_scenario(const std::string& text) {
    ReadOptions options;
    options.driver_path = {test::sample_drivers()};
    auto read = read_scenario(text, "story.json", options);
    if (!read.scenario) FAIL(testing::joined(testing::lines_of(read)));
    return *std::move(read.scenario);
}

/// A story of alice, bob and one driver; `more` are further members, `steps` those after load and open.
Scenario story(const std::string& driver, const std::string& steps, const std::string& more = "",
               const std::string& open = "") {
    return read_scenario(fmt::format(R"j({{ "scenario": 1, "title": "t", "paths": {{ "Dir": "live" }},
  "drivers": {{ "{0}": {{ "v1": "{1}.so" }} }}, "processes": {{ "alice": {{ "trap_exit": true }}, "bob": {{}} }}, {3}
  "steps": [
    {{ "install": "{0}", "version": "v1", "into": "Dir" }},
    {{ "by": "alice", "call": "erl_ddll:load(Dir, {0})", "returns": "ok" }},
    {{ "by": "alice", "call": "open_port({{spawn_driver, \"{0} {4}\"}}, [])", "returns": "P" }}{2}
  ] }})j",
                                     driver, driver == "counter" ? "counter_v1" : driver,
                                     steps.empty() ? "" : ",\n" + steps, more, open));
}

std::vector<RunResult> run(std::vector<Scenario> scenarios, unsigned parallel = 1) {
    RunOptions o;
    o.parallel = parallel;
    std::size_t told = 0;
    const std::size_t wanted = scenarios.size();
    Runs runs = run_all(std::move(scenarios), o, [&](const RunResult&) { ++told; });
    CHECK(told == wanted);
    CHECK_FALSE(runs.interrupted);
    return std::move(runs.results);
}

RunResult run(Scenario scenario) {
    std::vector<Scenario> all;
    all.push_back(std::move(scenario));
    return std::move(run(std::move(all)).front());
}

std::string failures(const RunResult& result) {
    std::string all;
    for (const Failure& f : result.failures) all += fmt::format("{}: {} <> {}\n", f.what, f.expected, f.got);
    return all;
}

std::vector<std::string> journal_of(const RunResult& result) {
    std::vector<std::string> lines;
    for (const auto& entry : *result.journal) lines.push_back(journal::to_json(entry));
    return lines;
}

/// The callback that was running, by its two names.
std::string where(const RunResult& result) {
    return result.death
               ? result.death->in.driver + "/" + result.death->in.version + ":" + result.death->in.callback_name()
               : "nowhere";
}

using State = StepResult::State;

} // namespace

TEST_CASE("passed") {
    const RunResult result =
        run(story("counter", R"j({ "by": "alice", "call": "port_control(P, 1, \"5\")", "returns": "<<\"5\">>" },
        { "by": "alice", "call": "port_close(P)", "receives": { "alice": ["{'EXIT', P, normal}"] } })j"));
    CHECK(failures(result) == "");
    CHECK(result.verdict == Verdict::passed);
    CHECK(result.title == "t");
    CHECK(result.findings.empty());
    CHECK_FALSE(result.death.has_value());
    REQUIRE(result.steps.size() == 5);
    for (const StepResult& step : result.steps) CHECK(step.state == State::done);
    CHECK(result.versions.size() == 1);
    CHECK(result.versions.begin()->second == "v1");
    CHECK(std::any_of(result.names.begin(), result.names.end(),
                      [](const auto& n) { return n.second == "P" && n.first.starts_with("#Port<"); }));
}

TEST_CASE("failed, at the first step that does not hold") {
    const RunResult result =
        run(story("counter", R"j({ "by": "alice", "call": "port_control(P, 1, \"5\")", "returns": "<<\"6\">>" },
        { "by": "alice", "call": "port_close(P)" })j"));
    CHECK(result.verdict == Verdict::failed);
    CHECK(failures(result) == "returns: <<\"6\">> <> <<\"5\">>\n");
    CHECK(result.failures.at(0).step == 3);
    CHECK(result.steps.at(2).state == State::done);
    CHECK(result.steps.at(3).state == State::failed);
    CHECK(result.steps.at(4).state == State::not_reached);
}

TEST_CASE("crashed, with the place") {
    const RunResult result =
        run(story("crash_in", R"j({ "by": "bob", "call": "port_command(P, \"x\")" })j", "", "output segv"));
    CHECK(result.verdict == Verdict::crashed);
    REQUIRE(result.death.has_value());
    CHECK(result.death->signal == "SIGSEGV");
    CHECK(where(result) == "crash_in/v1:output");
    CHECK(result.death->in.step == 3);
    CHECK_FALSE(result.death->expected);
    CHECK(result.steps.at(3).state == State::died);
    REQUIRE(!result.death->stack.empty());
    std::string stack;
    for (const StackFrame& f : result.death->stack) stack += fmt::format("{} {} {}\n", f.module, f.function, f.source);
    INFO(stack);
    CHECK(stack.find("crash_in") != std::string::npos);
    CHECK(stack.find("crash_in.cpp:") != std::string::npos);
}

TEST_CASE("a crash that was expected") {
    const auto judged = [](const std::string& expected, const std::string& after = "") {
        return run(story("crash_in", R"j({ "by": "bob", "call": "port_command(P, \"x\")" })j" + after,
                         "\"expected_crash\": " + expected + ",", "output segv"));
    };
    const RunResult as_said = judged(R"j({ "signal": "SIGSEGV", "callback": "output" })j");
    CHECK(as_said.verdict == Verdict::passed);
    CHECK(as_said.death.value().expected);
    const RunResult elsewhere = judged(R"j({ "signal": "SIGSEGV", "callback": "stop" })j");
    CHECK(elsewhere.verdict == Verdict::crashed);
    CHECK(elsewhere.failures.at(0).what == "expected_crash");
    CHECK(judged(R"j({ "signal": "SIGABRT" })j").verdict == Verdict::crashed);
    CHECK(judged(R"j({ "hang": true })j").verdict == Verdict::crashed);
    // It has to come in the last step.
    CHECK(judged(R"j({ "signal": "SIGSEGV" })j", R"j(, { "note": "more" })j").verdict == Verdict::crashed);
    const RunResult none = run(story("counter", "", R"j("expected_crash": { "signal": "SIGSEGV" },)j"));
    CHECK(none.verdict == Verdict::failed);
    CHECK(failures(none) == "expected_crash: the driver dies <> the story came to its end\n");
}

TEST_CASE("an end without a signal") {
    const RunResult result =
        run(story("crash_in", R"j({ "by": "bob", "call": "port_command(P, \"x\")" })j", "", "output exit"));
    CHECK(result.verdict == Verdict::crashed);
    REQUIRE(result.death.has_value());
    CHECK(result.death->signal == "");
    CHECK(result.death->exit_status.has_value());
}

TEST_CASE("hung") {
    const RunResult asleep =
        run(story("hang", R"j({ "by": "alice", "call": "port_control(P, 2, [])" })j", R"j("time_limit": "300ms",)j"));
    CHECK(asleep.verdict == Verdict::hung);
    REQUIRE(asleep.death.has_value());
    CHECK(asleep.death->timed_out);
    CHECK(where(asleep) == "hang/v1:control");
}

TEST_CASE("unusable: the library cannot be opened") {
    const RunResult result = run(read_scenario(R"j({ "scenario": 1, "title": "t", "paths": { "Dir": "live" },
        "drivers": { "missing_symbol": { "v1": "missing_symbol.so" } }, "processes": { "alice": {} },
        "steps": [ { "install": "missing_symbol", "version": "v1", "into": "Dir" },
                   { "by": "alice", "call": "erl_ddll:load(Dir, missing_symbol)", "returns": "ok" } ] })j"));
    CHECK(result.verdict == Verdict::unusable);
    REQUIRE(result.failures.size() == 1);
    CHECK(result.failures[0].help.find("undefined symbol") != std::string::npos);
}

TEST_CASE("findings, expected or not") {
    const auto with = [&](const std::string& more) {
        return run(read_scenario(fmt::format(R"j({{ "scenario": 1, "title": "t", "paths": {{ "Dir": "live" }}, {}
            "drivers": {{ "nodelete": {{ "v1": "nodelete_v1.so" }} }}, "processes": {{ "alice": {{ "trap_exit": true }} }},
            "steps": [ {{ "install": "nodelete", "version": "v1", "into": "Dir" }},
                       {{ "by": "alice", "call": "erl_ddll:load(Dir, nodelete)", "returns": "ok" }},
                       {{ "by": "alice", "call": "erl_ddll:unload(nodelete)", "returns": "ok" }} ] }})j",
                                             more)));
    };
    const RunResult plain = with("");
    CHECK(plain.verdict == Verdict::passed);
    REQUIRE(plain.findings.size() == 1);
    CHECK(plain.findings[0].rule == words::Rule::dso_nodelete_flag);
    CHECK(plain.findings[0].severity == words::Severity::error);
    CHECK(plain.findings[0].title.starts_with("nodelete/v1: "));
    CHECK(plain.findings[0].step == 2);
    CHECK_FALSE(plain.findings[0].expected);
    const RunResult expected = with(R"j("expected_findings": ["dso-nodelete-flag"],)j");
    CHECK(expected.verdict == Verdict::passed);
    CHECK(expected.findings.at(0).expected);
    const RunResult missing = with(R"j("expected_findings": ["dso-nodelete-flag", "double-free"],)j");
    CHECK(missing.verdict == Verdict::failed);
    CHECK(failures(missing) == "expected_findings: double-free <> (not found)\n");
}

TEST_CASE("a reload shows which code runs") {
    const RunResult result = run(read_scenario(R"j({ "scenario": 1, "title": "t", "paths": { "Dir": "live" },
        "drivers": { "counter": { "v1": "counter_v1.so", "v2": "counter_v2.so" } }, "processes": { "alice": { "trap_exit": true } },
        "steps": [ { "install": "counter", "version": "v1", "into": "Dir" },
                   { "by": "alice", "call": "erl_ddll:load(Dir, counter)", "returns": "ok" },
                   { "install": "counter", "version": "v2", "into": "Dir" },
                   { "by": "alice", "call": "erl_ddll:reload(Dir, counter)", "returns": "ok" },
                   { "expect": { "driver": "counter", "image": "v2", "replaced": true } } ] })j"));
    CHECK(failures(result) == "");
    CHECK(result.verdict == Verdict::passed);
    std::vector<std::string> versions;
    for (const auto& [image, version] : result.versions) versions.push_back(version);
    CHECK(versions == std::vector<std::string>{"v1", "v2"});
}

TEST_CASE("each round of a repeat forgets what it bound") {
    const std::string rounds = R"j({ "repeat": 3, "steps": [
        { "by": "alice", "call": "open_port({spawn_driver, counter}, [])", "returns": "Q" },
        { "by": "alice", "call": "port_control(Q, 1, [])", "returns": "<<\"1\">>" } ] },
        { "by": "alice", "call": "length(ports())", "returns": "4" })j";
    const RunResult result = run(story("counter", rounds));
    CHECK(failures(result) == "");
    CHECK(result.verdict == Verdict::passed);
    CHECK(result.flat.size() == 3 + 6 + 1);
    CHECK(result.flat.at(7).number == 5);
    CHECK(result.flat.at(7).rounds == std::vector<std::uint32_t>{3});
    // What was bound before stays bound.
    const RunResult kept = run(story(
        "counter", R"j({ "repeat": 2, "steps": [ { "by": "alice", "call": "port_control(P, 1, [])", "returns": "_" },
        { "by": "alice", "call": "self()", "returns": "Alice" } ] })j"));
    CHECK(failures(kept) == "");
}

TEST_CASE("a story is the same each time") {
    const auto make = [] {
        return story(
            "crash_in",
            R"j({ "by": "alice", "call": "port_control(P, 1, [])" }, { "by": "alice", "call": "port_control(P, 2, [])" },
            { "advance": "20ms" }, { "by": "alice", "call": "exit(Bob, kill)" }, { "by": "alice", "call": "port_close(P)" })j",
            "", "finish segv");
    };
    const RunResult first = run(make()), second = run(make());
    CHECK(first.verdict == Verdict::passed);
    CHECK(journal_of(first).size() > 30);
    CHECK(journal_of(first) == journal_of(second));
    RunOptions o;
    o.in_process = true;
    std::vector<Scenario> one;
    one.push_back(make());
    const auto here = std::filesystem::current_path();
    const Runs runs = run_all(std::move(one), o, [](const RunResult&) {});
    CHECK(std::filesystem::current_path() == here);
    CHECK(journal_of(runs.results.at(0)) == journal_of(first));
}

TEST_CASE("many at once end as one after the other, in the order given") {
    const auto make = [] {
        std::vector<Scenario> all;
        for (int i = 0; i < 3; ++i) {
            all.push_back(
                story("counter", R"j({ "by": "alice", "call": "port_control(P, 1, [])", "returns": "<<\"1\">>" })j"));
            all.push_back(
                story("crash_in", R"j({ "by": "bob", "call": "port_command(P, \"x\")" })j", "", "output abort"));
            all.push_back(story("counter", R"j({ "by": "alice", "call": "port_close(P)", "returns": "false" })j"));
        }
        return all;
    };
    const auto shown = [](const std::vector<RunResult>& results) {
        std::vector<std::string> lines;
        for (const RunResult& r : results) {
            lines.push_back(fmt::format("{} {} {}", name(r.verdict), where(r), failures(r)));
            for (const auto& line : journal_of(r)) lines.push_back(line);
        }
        return lines;
    };
    const auto alone = run(make(), 1), together = run(make(), 4);
    REQUIRE(alone.size() == 9);
    CHECK(alone[0].verdict == Verdict::passed);
    CHECK(alone[1].verdict == Verdict::crashed);
    CHECK(alone[2].verdict == Verdict::failed);
    CHECK(shown(alone) == shown(together));
}

TEST_CASE("the limit of the caller wins over the story's") {
    std::vector<Scenario> all;
    all.push_back(
        story("hang", R"j({ "by": "alice", "call": "port_control(P, 2, [])" })j", R"j("time_limit": "60s",)j"));
    RunOptions o;
    o.time_limit = std::chrono::milliseconds(300);
    const Runs runs = run_all(std::move(all), o, [](const RunResult&) {});
    CHECK(runs.results.at(0).verdict == Verdict::hung);
}

TEST_CASE("verdicts have names") {
    CHECK(std::string(name(Verdict::passed)) == "passed");
    CHECK(std::string(name(Verdict::unusable)) == "unusable");
    CHECK(std::string(name(Verdict::bug)) == "bug");
}
