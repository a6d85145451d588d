#include "made_up.h"
#include "report/formats.h"
#include "report/json.h"
#include "support/json_schema.h"

#include <nlohmann/json.hpp>

using namespace made_up;
using nlohmann::json;

namespace {

std::string schema_mistakes(const json& doc) {
    return test::JsonSchema(json::parse(report::report_schema())).violations(doc);
}

json written(const report::Run& run, const report::Options& options = {}) {
    json doc = json::parse(report::write_json(run, options));
    CHECK(schema_mistakes(doc) == "");
    return doc;
}

} // namespace

TEST_CASE("the run as one object") {
    report::Run run = one(reload_scenario(true));
    run.results.push_back(failed_scenario());
    run.results.push_back(crashed_scenario());
    const json doc = written(run);
    CHECK(doc.at("ddlltool").at("report") == 1);
    CHECK(
        doc.at("summary") ==
        json(
            {{"passed", 1}, {"failed", 1}, {"crashed", 1}, {"hung", 0}, {"unusable", 0}, {"bugs", 0}, {"skipped", 0}}));
    REQUIRE(doc.at("scenarios").size() == 3);
    const json& story = doc["scenarios"][0];
    CHECK(story.at("verdict") == "passed");
    CHECK(story.at("names").at("#Port<0.3>") == "P");
    REQUIRE(story.at("steps").size() == 6);
    CHECK(story["steps"][1].at("who") == "alice");
    CHECK(story["steps"][1].at("what") == "erl_ddll:load(Dir, counter)");
    CHECK(story["steps"][1].at("place").at("line") == 10);
    CHECK(story["steps"][3].at("note") == "Now the new version arrives.");
    CHECK_FALSE(story.contains("events"));
    CHECK_FALSE(story.contains("death"));
    CHECK(doc["scenarios"][1].at("failures")[0].at("got") == "{error, permanent}");
    CHECK(doc["scenarios"][1].at("steps")[2].at("state") == "not_reached");
}

TEST_CASE("a death in numbers and words; bytes that are no UTF-8 do not break the report") {
    const json doc = written(one(crashed_scenario()));
    const json& death = doc["scenarios"][0].at("death");
    CHECK(death.at("signal") == "SIGSEGV");
    CHECK(death.at("in") ==
          json({{"callback", "control"}, {"driver", "counter"}, {"version", "v1"}, {"port", "P"}, {"step", 0}}));
    CHECK(death.at("stack")[0] == json({{"module", "crash_control.so"},
                                        {"offset", 0x1139},
                                        {"function", "control"},
                                        {"source", "crash_control.c:12"}}));
    CHECK(death.at("output").get<std::string>().ends_with("\xEF\xBF\xBD"));
}

TEST_CASE("the journal is there when asked for, with names") {
    report::Options options;
    options.events = true;
    const json doc = written(one(reload_scenario(true)), options);
    const json& events = doc["scenarios"][0].at("events");
    REQUIRE(events.size() > 20);
    CHECK(events[0].at("seq") == 1);
    bool started = false;
    for (const auto& event : events)
        started = started || (event.value("callback", "") == "start" && event.value("port", "") == "P");
    CHECK(started);
}

TEST_CASE("mistakes with their places") {
    RunResult result;
    result.file = "x.json";
    result.verdict = Verdict::unusable;
    Error e = error("unknown key", "did you mean x?");
    e.place = {"x.json", 2, 3, "/steps/0"};
    result.mistakes.push_back(e);
    const json doc = written(one(result));
    CHECK(doc["scenarios"][0].at("mistakes")[0] ==
          json({{"message", "unknown key"},
                {"hint", "did you mean x?"},
                {"place", {{"file", "x.json"}, {"line", 2}, {"column", 3}, {"pointer", "/steps/0"}}}}));
}

TEST_CASE("the schema notices what is no report") {
    json doc = written(one(crashed_scenario()));
    doc["scenarios"][0]["death"].erase("headline");
    CHECK(schema_mistakes(doc) != "");
    doc = written(one(failed_scenario()));
    doc["scenarios"][0]["verdict"] = "fine";
    CHECK(schema_mistakes(doc) != "");
    doc = written(one(failed_scenario()));
    doc["scenarios"][0]["colour"] = "blue";
    CHECK(schema_mistakes(doc) != "");
}
