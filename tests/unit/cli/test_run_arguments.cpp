#include "cli/run_arguments.h"

#include <doctest/doctest.h>

using namespace ddll;
using cli::RunArguments;

namespace {

RunArguments parsed(std::vector<std::string> arguments) {
    cli::RunArgumentsParser parser;
    const auto result = parser.read(arguments);
    REQUIRE_MESSAGE(bool(result), (result ? "" : result.error().message));
    REQUIRE_FALSE(result->has_value());
    return parser.arguments;
}

/// "what: why (hint)"
std::string refused(std::vector<std::string> arguments) {
    const auto result = cli::RunArgumentsParser().read(arguments);
    REQUIRE_FALSE(bool(result));
    const Error& e = result.error();
    return e.place.file + ": " + e.message + (e.hint.empty() ? "" : " (" + e.hint + ")");
}

} // namespace

TEST_CASE("files and options may stand in any order") {
    const auto a = parsed({"a.json", "-j3", "--filter", "reload", "dir", "--seed", "7", "--filter", "x*", "b.json"});
    CHECK(a.inputs == std::vector<std::string>{"a.json", "dir", "b.json"});
    CHECK(a.filters == std::vector<std::string>{"reload", "x*"});
    CHECK(a.jobs == 3);
    CHECK(a.seed == 7);
}

TEST_CASE("without --format there is a text report on stdout") {
    const auto a = parsed({"a.json"});
    REQUIRE(a.outputs.size() == 1);
    CHECK(a.outputs[0].format == "text");
    CHECK(a.outputs[0].file.empty());
    CHECK(a.fail_on == report::FailOn::warning);
    CHECK_FALSE(a.time_limit.has_value());
}

TEST_CASE("several reports, in one option or many") {
    const auto a = parsed({"--format", "text,json=out.json", "--format=junit=r.xml", "a.json"});
    REQUIRE(a.outputs.size() == 3);
    CHECK(a.outputs[1].format == "json");
    CHECK(a.outputs[1].file == "out.json");
    CHECK(a.outputs[2].format == "junit");
    CHECK(a.outputs[2].file == "r.xml");
    CHECK(a.inputs == std::vector<std::string>{"a.json"});
}

TEST_CASE("mistakes in --format") {
    CHECK(refused({"a.json", "--format", "jsn"}) ==
          "--format jsn: must be text, json, html, junit, tap, sarif, github, trace or "
          "term (did you mean json?)");
    CHECK(refused({"a.json", "--format", "text,json"}) ==
          "--format text,json: only one report can go to the terminal (give the others a file: json=FILE)");
    CHECK(refused({"a.json", "--format", "json="}) == "--format json=: names no file (write --format json=FILE)");
}

TEST_CASE("durations") {
    CHECK(parsed({"a.json", "--timeout", "1.5s"}).time_limit == std::chrono::milliseconds(1500));
    CHECK(refused({"a.json", "--timeout", "5"}).starts_with("--timeout 5: \"5\" is not a duration"));
    CHECK(refused({"a.json", "--timeout", "20us"}) == "--timeout 20us: must be at least 1ms");
}

TEST_CASE("a mistyped option names the nearest") {
    CHECK(refused({"a.json", "--fliter=x"}) == "--fliter=x: no such option (did you mean --filter?)");
    CHECK(refused({"a.json", "--verbos"}) == "--verbos: no such option (did you mean --verbose?)");
    CHECK(refused({"a.json", "--fail-on", "eror"}) ==
          "--fail-on eror: must be error, warning, note or never (did you mean error?)");
    CHECK(refused({"a.json", "--color", "allways"}) ==
          "--color allways: must be auto, always or never (did you mean always?)");
}

TEST_CASE("what does not go together or is missing") {
    CHECK(refused({"a.json", "-v", "-q"}) == "--verbose, --quiet, --story: exclude each other (give one of them)");
    CHECK(refused({}) == "run: needs a scenario file or a folder (ddlltool run FILE|DIR...)");
    CHECK(refused({"a.json", "-j", "0"}).starts_with("run: "));
    CHECK(refused({"a.json", "-j", "many"}).starts_with("run: "));
    CHECK(refused({"a.json", "--seed"}) == "--seed: needs a value (ddlltool run --help tells more)");
    CHECK(parsed({"--list-calls"}).list_calls);
}

TEST_CASE("details and switches") {
    CHECK(parsed({"a.json", "--story"}).detail == report::Detail::log);
    CHECK(parsed({"a.json", "-v"}).detail == report::Detail::verbose);
    CHECK(parsed({"a.json", "-q"}).detail == report::Detail::quiet);
    const auto a = parsed({"a.json", "--events", "--in-process", "--list", "--fail-on", "never", "--color", "never"});
    CHECK(a.events);
    CHECK(a.in_process);
    CHECK(a.list);
    CHECK(a.fail_on == report::FailOn::never);
    CHECK(a.color == cli::Color::never);
}

TEST_CASE("help names every option, with examples and exit codes") {
    const auto result = cli::RunArgumentsParser().read({"--help"});
    REQUIRE(bool(result));
    REQUIRE(result->has_value());
    const std::string& text = (*result)->text;
    for (const char* part : {"--jobs", "--filter", "--list-calls", "--format", "--timeout", "--seed", "--driver-path",
                             "--fail-on", "--in-process", "junit", "examples:", "exit codes:"})
        CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

TEST_CASE("a shard of the option, and what goes with watching") {
    const auto a = parsed({"a.json", "--shard", "2/3"});
    REQUIRE(a.shard.has_value());
    CHECK(a.shard->index == 2);
    CHECK(parsed({"a.json", "--watch"}).watch);
    CHECK_FALSE(parsed({"a.json"}).watch);
    CHECK(refused({"a.json", "--shard", "4/3"}) == "--shard 4/3: I must be 1 to 3 (machines count from 1)");
    CHECK(refused({"a.json", "--watch", "--in-process"}) ==
          "--watch: plays again and again, in child processes (not with --list or --in-process)");
}
