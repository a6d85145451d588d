#include "made_up.h"
#include "report/formats.h"
#include "report/merge.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace made_up;
using Json = nlohmann::ordered_json;
using report::MergedReport;
using report::ReportPart;

namespace {

struct Whole {
    report::Run run;

    Whole() {
        for (const char* file : {"a.json", "b.json", "c.json", "d.json", "e.json"}) {
            run.results.push_back(reload_scenario(true));
            run.results.back().file = file;
        }
        run.results[1] = failed_scenario();
        run.results[1].file = "b.json";
        run.results[4] = crashed_scenario();
        run.results[4].file = "e.json";
    }

    std::string text() const { return report::write_json(run, {}); }

    std::string shard(std::uint32_t index, std::uint32_t count, const std::vector<std::uint32_t>& positions) const {
        report::Run part;
        for (const std::uint32_t at : positions) part.results.push_back(run.results[at]);
        part.shard = report::RunShard{index, count, static_cast<std::uint32_t>(run.results.size()), positions};
        return report::write_json(part, {});
    }
};

ReportPart part(const std::string& name, const std::string& text) {
    auto read = ReportPart::read(name, text);
    REQUIRE_MESSAGE(bool(read), (read ? "" : read.error().message));
    return *std::move(read);
}

MergedReport merged(std::vector<ReportPart> parts) {
    auto out = MergedReport::of(parts);
    REQUIRE_MESSAGE(bool(out), (out ? "" : out.error().message));
    return *std::move(out);
}

template <class... Parts>
std::vector<ReportPart> list(Parts&&... parts) {
    std::vector<ReportPart> out;
    (out.push_back(std::forward<Parts>(parts)), ...);
    return out;
}

std::string refused(const std::string& text) {
    const auto read = ReportPart::read("x.json", text);
    REQUIRE_FALSE(bool(read));
    CHECK(read.error().place.file == "x.json");
    return read.error().message;
}

} // namespace

TEST_CASE("the shards of a run, in any order, are the run again") {
    const Whole whole;
    const auto out = merged(list(part("2", whole.shard(2, 3, {1, 4})), part("3", whole.shard(3, 3, {})),
                                 part("1", whole.shard(1, 3, {0, 2, 3}))));
    CHECK(out.json() == whole.text());
    CHECK(out.complete());
    CHECK(out.remarks().empty());
    CHECK(out.summary_line() == "3 passed, 1 failed, 1 crashed");
}

TEST_CASE("what a merged report says in JUnit XML has the cases and numbers of the whole") {
    const Whole whole;
    const auto out = merged(list(part("all", whole.text())));
    const std::string expected = report::write_junit(whole.run, {}), got = out.junit();
    const auto lines_with = [](const std::string& text, const std::string& what) {
        std::string found;
        for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at)
            found += text.substr(at, text.find('\n', at) - at) + '\n';
        return found;
    };
    for (const char* what : {"<testsuite", "<testcase", "<skipped", "<system-out"})
        CHECK(lines_with(got, what) == lines_with(expected, what));
    const auto element = [](const std::string& text, const std::string& what) {
        const auto at = text.find(what);
        return text.substr(at, text.find('>', at) - at);
    };
    for (const char* what : {"<failure", "<error"}) CHECK(element(got, what) == element(expected, what));
}

TEST_CASE("a merged report in text tells what did not pass") {
    const Whole whole;
    const auto out = merged(list(part("all", whole.text())));
    const std::string text = out.text(report::Style{});
    CHECK(text.find("failed    b.json") != std::string::npos);
    CHECK(text.find("crashed   e.json") != std::string::npos);
    CHECK(text.find("a.json") == std::string::npos);
    CHECK(text.ends_with("3 passed, 1 failed, 1 crashed\n"));
}

TEST_CASE("missing shards are told") {
    const Whole whole;
    const auto out = merged(list(part("1", whole.shard(1, 4, {0, 2, 3}))));
    CHECK_FALSE(out.complete());
    CHECK(out.remarks() == std::vector<std::string>{"missing: shards 2/4, 3/4, 4/4", "3 of 5 scenarios are there"});
    CHECK(Json::parse(out.json()).at("merged").at("remarks").size() == 2);
}

TEST_CASE("what is there twice is told, and its worse verdict counts") {
    const Whole whole;
    Json better = Json::parse(whole.shard(2, 2, {1, 4}));
    for (Json& one : better["scenarios"]) one["verdict"] = "passed";
    const auto out = merged(list(part("1", whole.shard(1, 2, {0, 2, 3})), part("good", better.dump()),
                                 part("bad", whole.shard(2, 2, {1, 4}))));
    CHECK(out.complete());
    CHECK(out.remarks() == std::vector<std::string>{"shard 2/2 is there twice, in good and bad"});
    CHECK(out.summary_line() == "3 passed, 1 failed, 1 crashed");
}

TEST_CASE("reports of whole runs come one after the other") {
    const Whole whole;
    report::Run other;
    other.results.push_back(reload_scenario(true));
    other.results.back().file = "z.json";
    other.results.push_back(other.results.back()); // twice on one command line: played twice
    other.results.push_back(whole.run.results[1]);
    const auto out = merged(list(part("first", whole.text()), part("second", report::write_json(other, {}))));
    CHECK(out.remarks() == std::vector<std::string>{"b.json is there twice, in first and second"});
    CHECK(out.verdicts().size() == 7);
}

TEST_CASE("parts of different runs are refused") {
    const Whole whole;
    const auto wrong = [](std::vector<ReportPart> parts) {
        const auto out = MergedReport::of(parts);
        REQUIRE_FALSE(bool(out));
        return out.error().place.file + " " + out.error().message;
    };
    CHECK(wrong(list(part("a", whole.shard(1, 2, {0})), part("b", whole.shard(1, 3, {0})))) ==
          "b is one of 3 shards, and a one of 2");
    CHECK(wrong(list(part("a", whole.shard(1, 2, {0})), part("b", whole.text()))) ==
          "b is the whole of a run, and a is a shard");
    Json fewer = Json::parse(whole.shard(2, 2, {1}));
    fewer["shard"]["of"] = 4;
    CHECK(wrong(list(part("a", whole.shard(1, 2, {0})), part("b", fewer.dump()))) ==
          "b is of a run with 4 scenarios, and a of one with 5");
}

TEST_CASE("machines with different files are told") {
    const Whole whole;
    Json other = Json::parse(whole.shard(2, 2, {1, 4}));
    other["shard"]["positions"] = {0, 4};
    const auto out = merged(list(part("a", whole.shard(1, 2, {0, 2, 3})), part("b", other.dump())));
    CHECK_FALSE(out.complete());
    CHECK(out.remarks().front() == "a.json and b.json stand at the same place: the machines had different files");
}

TEST_CASE("what is no report is refused") {
    CHECK(refused("") == "is no JSON");
    CHECK(refused("{") == "is no JSON");
    CHECK(refused("[]") == "is no JSON report of ddlltool run");
    CHECK(refused("{\"ddlltool\":{}}") == "is no JSON report of ddlltool run");
    CHECK(refused(R"({"ddlltool":{"report":2},"scenarios":[]})") == "is a report of version 2");
    CHECK(refused(R"({"ddlltool":{"report":1},"scenarios":{}})") == "scenarios is no list");
    CHECK(refused(R"({"ddlltool":{"report":1},"scenarios":[{"file":"x","verdict":"fine"}]})") ==
          "a scenario has no file, or no verdict that is known here");
    CHECK(refused(R"({"ddlltool":{"report":1},"scenarios":[],"shard":1})") == "shard is no object");
    CHECK(refused(R"({"ddlltool":{"report":1},"scenarios":[],"shard":{"index":3,"count":2,"of":1,"positions":[]}})") ==
          "shard 3/2 makes no sense");
    const std::string scenario = R"({"file":"x","verdict":"passed"})";
    for (const char* positions : {"[]", "[7]", "[-1]", "[\"0\"]", "0"})
        CHECK(
            refused(
                fmt::format(
                    R"({{"ddlltool":{{"report":1}},"scenarios":[{}],"shard":{{"index":1,"count":2,"of":3,"positions":{}}}}})",
                    scenario, positions))
                .find("position") != std::string::npos);
    CHECK(refused(std::string(100'000, '[')) == "is no JSON");
    CHECK(refused(R"({"ddlltool":{"report":1},"scenarios":[],"x":)" + std::string(1000, '[') + std::string(1000, ']') +
                  "}") == "is no JSON");
}

TEST_CASE("a report with anything in it is merged or refused, and nothing else") {
    const Whole whole;
    const std::string text = whole.shard(1, 2, {1, 4});
    // Every value in turn becomes something else.
    const Json document = Json::parse(text).flatten();
    std::size_t read = 0;
    for (const auto& item : document.items()) {
        for (const Json& value : {Json(), Json(-7), Json("x\xff"), Json::array({1, Json::object()}), Json::object()}) {
            Json changed = Json::parse(text);
            changed[Json::json_pointer(item.key())] = value;
            const auto one = ReportPart::read("x", changed.dump(-1, ' ', false, Json::error_handler_t::ignore));
            if (!one) continue;
            ++read;
            const auto out = merged(list(part("x", one->document().dump())));
            CHECK_FALSE(out.json().empty());
            CHECK_FALSE(out.junit().empty());
            CHECK_FALSE(out.text(report::Style{}).empty());
        }
    }
    CHECK(read > 100);
}
