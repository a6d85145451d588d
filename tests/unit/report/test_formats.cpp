#include "base/text.h"
#include "made_up.h"
#include "report/formats.h"
#include "report/github.h"
#include "report/job_summary.h"
#include "report/json.h"
#include "report/location.h"
#include "support/json_schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace made_up;
using nlohmann::json;

namespace {

report::Run all_sorts() {
    report::Run run = one(reload_scenario(true));
    run.results.push_back(failed_scenario());
    run.results.push_back(crashed_scenario());
    run.results.push_back(hostile_scenario());
    RunResult skipped;
    skipped.file = "later.json";
    skipped.verdict = Verdict::skipped;
    skipped.skipped.why = "interrupted # TODO";
    run.results.push_back(skipped);
    RunResult unusable;
    unusable.file = "bad.json";
    unusable.verdict = Verdict::unusable;
    Error mistake = error(hostile, hostile);
    mistake.place = {"bad.json", 3, 4, "/steps"};
    unusable.mistakes.push_back(mistake);
    run.results.push_back(unusable);
    return run;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::size_t times(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

} // namespace

TEST_CASE("every format is UTF-8 without control characters, whatever a driver printed, and the same twice") {
    for (const auto& format : report::formats()) {
        CAPTURE(format.name);
        const std::string text = format.write(all_sorts(), {});
        CHECK(valid_utf8(text));
        CHECK(text == format.write(all_sorts(), {}));
        CHECK(std::none_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; }));
        CHECK(text.ends_with('\n'));
        CHECK_FALSE(format.write({}, {}).empty());
    }
}

TEST_CASE("JSON of all sorts fits its schema") {
    const test::JsonSchema schema(json::parse(report::report_schema()));
    CHECK(schema.violations(json::parse(report::write_json(all_sorts(), {}))) == "");
    report::Options options;
    options.events = true;
    CHECK(schema.violations(json::parse(report::write_json(all_sorts(), options))) == "");
    CHECK(schema.violations(json::parse(report::write_json({}, {}))) == "");
}

TEST_CASE("in HTML nothing foreign ends a script, begins a comment or becomes an element") {
    const std::string page = report::write_html(all_sorts(), {});
    // Scripts: data of the four stories that have a journal, and the one of the page.
    CHECK(times(page, "<script") == 5);
    CHECK(times(page, "</script") == 5);
    CHECK(times(page, "<!--") == 0);
    CHECK(contains(page, "&lt;/script&gt;&lt;!-- ]]&gt; &amp; &quot;"));
    CHECK(contains(page, "\\u003c/script\\u003e\\u003c!--"));
}

TEST_CASE("in HTML the first story that went wrong is open") {
    const std::string page = report::write_html(all_sorts(), {});
    CHECK(times(page, "<details class=\"scenario\"") == 6);
    const auto at = page.find("\" open>\n<summary>");
    REQUIRE(at != std::string::npos);
    CHECK(page.rfind("id=\"scenario-2\"", at) > page.rfind("<details", at));
}

TEST_CASE("TAP: a line for each story, a block for each that did not hold") {
    const std::string text = report::write_tap(all_sorts(), {});
    CHECK(text.starts_with("TAP version 14\n1..6\nok 1 - story.json: A reload waits for bob's port\nnot ok 2 - "));
    CHECK(times(text, "\n  ---\n") == 4);
    CHECK(times(text, "\n  ...\n") == 4);
    CHECK(contains(text, "\nok 5 - later.json # SKIP interrupted # TODO\n"));
    CHECK(contains(text, "\n      expected: \"{error, not_loaded}\"\n"));
    CHECK(contains(text, "\\\\ \\# SKIP"));
    report::Run run = all_sorts();
    run.interrupted = true;
    CHECK(report::write_tap(run, {}).ends_with("\nBail out! interrupted\n"));
}

TEST_CASE("SARIF: what was expected is suppressed, and prints do not depend on lines") {
    auto result = reload_scenario(false);
    result.findings.push_back({words::Rule::reload_kept_old_code,
                               words::Severity::error,
                               "counter was not replaced",
                               "counter",
                               "mapped",
                               {},
                               5,
                               true});
    const auto read = [](const report::Run& run) { return json::parse(report::write_sarif(run, {}))["runs"][0]; };
    const json first = read(one(result));
    REQUIRE(first["results"].size() == 1);
    CHECK(first["results"][0]["suppressions"][0]["justification"] == "the scenario expects it");
    CHECK(first["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 14);
    CHECK(first["tool"]["driver"]["rules"][0]["id"] == "reload-kept-old-code");
    auto moved = result;
    auto scenario = std::make_shared<Scenario>(*result.scenario);
    for (auto& step : scenario->steps) step.place.line += 100;
    for (std::size_t i = 0; i < moved.flat.size(); ++i) moved.flat[i].step = &scenario->steps[i];
    moved.scenario = scenario;
    const json second = read(one(moved));
    CHECK(second["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 114);
    CHECK(second["results"][0]["partialFingerprints"] == first["results"][0]["partialFingerprints"]);
    // The same thing twice has two prints.
    result.findings.push_back(result.findings.front());
    const json twice = read(one(result));
    CHECK(twice["results"][0]["partialFingerprints"] != twice["results"][1]["partialFingerprints"]);
    CHECK(twice["tool"]["driver"]["rules"].size() == 1);
}

TEST_CASE("places lie in the project, or are not shown") {
    CHECK(report::below("/home/you/project/c_src/a.c", "/home/you/project") == "c_src/a.c");
    CHECK(report::below("/home/you/project/./b/../a.c", "/home/you/project") == "a.c");
    CHECK(report::below("/home/you/projector/a.c", "/home/you/project") == "");
    CHECK(report::below("/a.c", "/") == "a.c");
    CHECK(report::below("/a.c", "") == "");
    CHECK(report::below("c_src/a.c", "/work") == "c_src/a.c");
    CHECK(report::below("../a.c", "/work") == "");
    report::Options options;
    options.root = "/home/you/project";
    auto story = crashed_scenario();
    CHECK(report::location_of(story, *story.death, options).file == "story.json");
    story.death->stack.front().path = "/home/you/project/c_src/crash_control.c";
    CHECK(report::location_of(story, *story.death, options).file == "c_src/crash_control.c");
    CHECK(report::location_of(story, *story.death, options).line == 12);
}

TEST_CASE("a workflow command is one line that nothing inside of it can leave") {
    CHECK(report::workflow_command({"error", {"a,b:c.json", 7}, "x:y,z", "50%\nmore"}) ==
          "::error file=a%2Cb%3Ac.json,line=7,title=x%3Ay%2Cz::50%25%0Amore\n");
    CHECK(lines(report::workflow_command({"error", {hostile, 7}, hostile, hostile})) == 1);
    const std::string text = report::write_github(all_sorts(), {});
    CHECK(lines(text) == times(text, "\n::") + 2); // the first one and the summary have none before them
}

TEST_CASE("a job summary is a table that foreign text cannot leave") {
    const std::string text = report::job_summary(all_sorts(), {});
    CHECK(text.starts_with("### ddlltool: 1 passed, 2 failed, 1 crashed, 1 unusable, 1 skipped\n"));
    CHECK_FALSE(contains(text, "<script"));
    CHECK_FALSE(contains(text, "<!--"));
    CHECK(contains(text, "| crashed | A reload waits for bob&#39;s port | SIGSEGV &#40;address 0x8"));
    CHECK(contains(text, " | story&#46;json&#58;11 |\n"));
    report::Run many;
    for (int i = 0; i < 300; ++i) many.results.push_back(failed_scenario());
    CHECK(contains(report::job_summary(many, {}), "\n100 more are in the full report.\n"));
}

TEST_CASE("a trace has the states of a driver, and ends what it begins") {
    const json doc = json::parse(report::write_trace(all_sorts(), {}));
    int open = 0, states = 0;
    for (const auto& event : doc["traceEvents"]) {
        if (event["ph"] == "B") ++open;
        if (event["ph"] == "E") --open;
        CHECK(open >= 0);
        states += event.value("name", "") == "reload pending";
    }
    CHECK(open == 0);
    CHECK(states == 1);
}

TEST_CASE("a term has words as atoms and texts as binaries") {
    const std::string text = report::write_term(one(failed_scenario()), {});
    CHECK(text.starts_with("%% coding: utf-8\n{ddlltool_report, 1, #{\n  summary => #{\n    passed => 0,\n"));
    CHECK(contains(text, "verdict => failed,"));
    CHECK(contains(text, "got => <<\"{error, permanent}\"/utf8>>"));
    CHECK(contains(text, "<<\"#Port<0.3>\"/utf8>> => <<\"P\"/utf8>>"));
    CHECK(text.ends_with("}}.\n"));
}

TEST_CASE("two stories of one file and title have names of their own in JUnit") {
    report::Run run = one(failed_scenario());
    run.results.push_back(failed_scenario());
    const std::string xml = report::write_junit(run, {});
    CHECK(contains(xml, "name=\"A reload waits for bob's port\""));
    CHECK(contains(xml, "name=\"A reload waits for bob's port (2)\""));
}
