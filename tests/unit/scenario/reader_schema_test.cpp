/// The schema says the same as the reader, as far as a schema can.
#include "reader_support.h"
#include "scenario/fields.h"
#include "support/json_schema.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

using namespace ddll::scenario;
using namespace ddll::scenario::testing;

namespace {

nlohmann::json parsed(const std::string& text) {
    return nlohmann::json::parse(text, nullptr, true, /*ignore_comments=*/true);
}

class SchemaValidator {
public:
    bool accepts(const std::string& text) const { return schema_.violations(parsed(text)).empty(); }

private:
    ddll::test::JsonSchema schema_{parsed(scenario_schema())};
};

const std::filesystem::path tests = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();

} // namespace

TEST_CASE("the schema takes what the reader takes") {
    SchemaValidator schema;
    for (
        const char* steps : {
            R"j({ "note": "x" })j",
            R"j({ "by": "bob", "call": "exit(1)" })j",
            R"j({ "by": "bob", "call": "exit(1)", "returns": "_", "note": "n", "receives": { "bob": ["a", "|"] }, "exits": {}, "driver_calls": [] })j",
            R"j({ "by": "bob", "call": "exit(1)", "blocks": true })j",
            R"j({ "by": "bob", "call": "exit(1)", "raises": "badarg", "unblocks": { "alice": "ok" } })j",
            R"j({ "by": "bob", "call": "exit(1)", "unblocks": { "alice": { "raises": "exit:{gone, _}" } } })j",
            R"j({ "by": "bob", "calls": ["exit(1)", "exit(2)"], "returns": ["_", { "raises": "badarg" }] })j",
            R"j({ "install": "counter", "version": "v1", "into": "Dir", "how": "overwrite", "as": "x" })j",
            R"j({ "install": "counter", "into": "Dir", "how": "remove" })j",
            R"j({ "advance": "1.5s" })j",
            R"j({ "advance": "0" })j",
            R"j({ "expect": { "driver": "counter", "status": "loaded", "users": { "bob": 2 }, "held_by": ["Bob"], "port_count": 0 } })j",
            R"j({ "repeat": 2, "steps": [ { "repeat": 2, "steps": [ { "note": "deep" } ] } ] })j",
        }) {
        CAPTURE(steps);
        CHECK(mistakes(steps) == "");
        CHECK(schema.accepts(story(steps)));
    }
}

TEST_CASE("the schema refuses what is wrong by its form alone") {
    SchemaValidator schema;
    for (const char* steps : {
             R"j("a step")j",
             R"j({})j",
             R"j({ "sing": "a song" })j",
             R"j({ "by": "bob" })j",
             R"j({ "call": "exit(1)" })j",
             R"j({ "by": "Bob", "call": "exit(1)" })j",
             R"j({ "by": "bob", "call": ["exit(1)"] })j",
             R"j({ "by": "bob", "call": "exit(1)", "calls": ["exit(1)"] })j",
             R"j({ "by": "bob", "call": "exit(1)", "returns": ["_"] })j",
             R"j({ "by": "bob", "call": "exit(1)", "retuns": "_" })j",
             R"j({ "by": "bob", "call": "exit(1)", "returns": "_", "raises": "x" })j",
             R"j({ "by": "bob", "call": "exit(1)", "blocks": true, "raises": "x" })j",
             R"j({ "by": "bob", "call": "exit(1)", "blocks": false })j",
             R"j({ "by": "bob", "calls": [] })j",
             R"j({ "by": "bob", "calls": ["exit(1)"], "returns": "_" })j",
             R"j({ "by": "bob", "calls": ["exit(1)"], "raises": "_" })j",
             R"j({ "by": "bob", "calls": ["exit(1)"], "returns": [{ "raise": "_" }] })j",
             R"j({ "install": "counter", "into": "Dir" })j",
             R"j({ "install": "counter", "version": "v1", "into": "Dir", "how": "remove" })j",
             R"j({ "install": "counter", "version": "v1", "into": "Dir", "how": "copy" })j",
             R"j({ "install": "counter", "version": "v1", "into": "Dir", "as": "../b" })j",
             R"j({ "install": "counter", "version": "v1", "into": "dir" })j",
             R"j({ "advance": 250 })j",
             R"j({ "advance": "250" })j",
             R"j({ "advance": "1s", "by": "bob" })j",
             R"j({ "advance": "1s", "receives": { "Bob": [] } })j",
             R"j({ "advance": "1s", "receives": { "bob": "x" } })j",
             R"j({ "expect": { "driver": "counter" } })j",
             R"j({ "expect": { "status": "loaded", "forced": true } })j",
             R"j({ "expect": { "driver": "counter", "status": "lost" } })j",
             R"j({ "expect": { "driver": "counter", "port_count": -1 } })j",
             R"j({ "repeat": 0, "steps": [ { "note": "x" } ] })j",
             R"j({ "repeat": 1, "steps": [] })j",
             R"j({ "repeat": 1, "steps": [ {} ] })j",
         }) {
        CAPTURE(steps);
        CHECK(mistakes(steps) != "");
        CHECK(!schema.accepts(story(steps)));
    }
    for (const char* top : {
             R"j("scenario": 2)j",
             R"j("title": "")j",
             R"j("tags": ["a b"])j",
             R"j("paths": { "dir": "x" })j",
             R"j("paths": { "Dir": "" })j",
             R"j("drivers": { "a": {} })j",
             R"j("drivers": { "a": { "v": { "broken": true } } })j",
             R"j("processes": {})j",
             R"j("processes": { "bob": { "trap_exits": true } })j",
             R"j("environment": { "A=": "x" })j",
             R"j("strict": "yes")j",
             R"j("time_limit": "soon")j",
             R"j("open_error_texts": "none")j",
             R"j("expected_findings": ["A"])j",
             R"j("expected_crash": {})j",
             R"j("expected_crash": { "signal": "SIGNO" })j",
             R"j("expected_crash": { "exit": 256 })j",
             R"j("expected_crash": { "hang": true, "exit": 1 })j",
             R"j("steps": [])j",
             R"j("step": [])j",
         }) {
        CAPTURE(top);
        auto whole =
            parsed(R"j({ "scenario": 1, "title": "t", "processes": { "bob": {} }, "steps": [ { "note": "x" } ] })j");
        CHECK(schema.accepts(whole.dump()));
        whole.update(parsed(fmt::format("{{ {} }}", top)));
        CHECK(!read(whole.dump()).mistakes.empty());
        CHECK(!schema.accepts(whole.dump()));
    }
    for (const char* key : {"scenario", "title", "processes", "steps"}) {
        CAPTURE(key);
        auto whole =
            parsed(R"j({ "scenario": 1, "title": "t", "processes": { "bob": {} }, "steps": [ { "note": "x" } ] })j");
        whole.erase(key);
        CHECK(read(whole.dump()).mistakes.size() == 1);
        CHECK(!schema.accepts(whole.dump()));
    }
}

TEST_CASE("files of the gallery: the schema refuses those called shape-, and only those") {
    SchemaValidator schema;
    int refused = 0, accepted = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tests / "cli" / "bad")) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".json") || name.starts_with("syntax-")) continue;
        CAPTURE(name);
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const bool shape = name.starts_with("shape-");
        // A key that belongs to another sort of step is a mistake of form in a file that shows others.
        if (name == "text-driver-calls.json") continue;
        CHECK(schema.accepts(text.str()) == !shape);
        ++(shape ? refused : accepted);
    }
    CHECK(refused >= 3);
    CHECK(accepted >= 3);
}

TEST_CASE("every text that follows its spelling by hand follows it as a regular expression") {
    const char* samples[] = {"",     "a",    "A",      "alice",  "Alice",    "alice_2", "al ice", "a.so",  "a/b",
                             ".",    "..",   "a..",    "-",      "a-b",      "a--b",    "-a",     "a-",    "a=b",
                             "a b",  " ",    "\n",     "a\nb",   "x:y",      "0",       "00.0",   "250ms", "1.5s",
                             "20us", "3min", "2h",     "7ns",    "1.5",      "1.s",     ".5s",    "s",     "250 ms",
                             "/a/b", "C++",  "a@b",    "x_y.z+", "\xc3\xa9", "a\tb",    "1e3s",   "-1s",   "sub/deep",
                             "a/",   "a//b", "a/../b", "a/..",   "./a",      "...",     "..a/b"};
    std::vector<const Spelling*> seen;
    const auto check = [&](const Type& type) {
        if (type.spelling == nullptr || std::find(seen.begin(), seen.end(), type.spelling) != seen.end()) return;
        seen.push_back(type.spelling);
        const std::regex regex{std::string(type.spelling->regex)};
        for (const char* sample : samples) {
            CAPTURE(type.what);
            CAPTURE(sample);
            CHECK(type.spelling->matches(sample) == std::regex_search(sample, regex));
        }
    };
    const auto walk = [&](const auto& self, const Type& type) -> void {
        check(type);
        if (type.key) self(self, *type.key);
        if (type.element) self(self, *type.element);
        if (type.other) self(self, *type.other);
        if (type.shape)
            for (const auto& field : type.shape->fields) self(self, *field.type);
    };
    for (const auto& field : scenario_shape.fields) walk(walk, *field.type);
    for (const Shape* shape : step_shapes())
        for (const auto& field : shape->fields)
            if (field.type->form != Type::Form::steps) walk(walk, *field.type);
    CHECK(seen.size() >= 10);
}

TEST_CASE("the schema is the same every time and describes every key") {
    CHECK(scenario_schema() == scenario_schema());
    const auto schema = parsed(scenario_schema());
    CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
    for (const auto& field : scenario_shape.fields)
        CHECK(schema["properties"][std::string(field.key)]["description"] == std::string(field.doc));
    CHECK(schema["definitions"]["step"]["oneOf"].size() == step_shapes().size());
}
