/// What inspect says of driver files: real ones against the schema of the document, and one file whose text is known.
#include "report/inspection.h"
#include "support/json_schema.h"
#include "support/places.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

using namespace ddll;
using namespace ddll::report;
using Json = nlohmann::json;

namespace {

std::string document() {
    std::ifstream in(test::source_folder() + "/docs/inspect.md");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The schema that docs/inspect.md shows.
Json schema_of_document() {
    const std::string text = document();
    const auto begin = text.find("```json\n") + 8;
    return Json::parse(text.substr(begin, text.find("```", begin) - begin));
}

const findings::StaticWorld& world() {
    static const findings::StaticWorld made = findings::StaticWorld::make({test::image_specimens()});
    return made;
}

Inspections inspected(const std::vector<std::string>& paths) {
    Inspections out;
    image::LibraryFiles files;
    std::vector<findings::StaticFacts> all;
    for (const auto& path : paths) {
        auto facts = findings::read_static_facts(path, world(), files);
        if (facts)
            all.push_back(*std::move(facts));
        else
            out.unusable.push_back(std::move(facts).error());
    }
    out.shared = findings::find_shared_state(all);
    for (auto& facts : all) {
        auto findings = findings::find_static(facts);
        out.files.push_back({std::move(facts), std::move(findings)});
    }
    return out;
}

/// Every specimen, and two files that are none.
std::vector<std::string> all_sorts() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(test::image_specimens())) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    out.emplace_back(test::source_folder() + "/README.md");
    out.emplace_back("/no/such/file.so");
    return out;
}

} // namespace

TEST_CASE("the JSON is what its document says") {
    const test::JsonSchema schema(schema_of_document());
    const Inspections all = inspected(all_sorts());
    const Json json = Json::parse(inspection_json(all));
    CHECK(schema.violations(json) == "");
    CHECK(json["inspect"] == 1);
    CHECK(json["files"].size() == all.files.size());
    CHECK(json["unusable"].size() == 2);
    CHECK_FALSE(json["shared"].empty()); // the pinned specimens share theirs
    Json other = json;
    other["files"][0]["file"]["colour"] = "blue";
    CHECK(schema.violations(other) != "");
    CHECK(schema.violations(Json::parse(inspection_json({}))) == "");
}

TEST_CASE("the document has a row for every rule of files") {
    const std::string text = document();
    for (const words::RuleRow& row : words::rules)
        if (is_found(words::by_file, row.rule))
            CHECK_MESSAGE(text.find("\n| `" + std::string(row.id) + "` | ") != std::string::npos, std::string(row.id));
}

TEST_CASE("what the text says of known files") {
    const auto text_of = [](const char* name) {
        return inspection_text(inspected({test::image_specimens() + "/" + name + ".so"}), Style{});
    };
    const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    const std::string plain = text_of("plain_v1");
    for (const char* part : {"  soname        libplain.so.1\n", "  stack         not executable\n",
                             "  name          plain_v1, when it is loaded from this file\n",
                             "  entry         not filled in at compile time", "  driver API    none of it\n",
                             "  also exports  specimen_length, specimen_version\n", "  RUNPATH       $ORIGIN/deps",
                             "  libc.so.6     the one that the node has loaded\n", "0 errors, 0 warnings, 0 notes\n"})
        CHECK_MESSAGE(has(plain, part), part << " in\n" << plain);
    CHECK(has(plain, "plain.c:14"));
    CHECK_FALSE(has(plain, "symbols of note"));
    CHECK(has(text_of("pinned_v1"), "specimen_unique: pins, by a relocation (GOT) at .got+0x"));
    CHECK(has(text_of("no_init"), "  driver_init   missing\n"));
    CHECK(has(text_of("no_init"), "error: driver-init-missing\n"));
    CHECK(has(text_of("entry"), "  entry         \"specimen\", driver interface 3.2,"));
    CHECK(has(text_of("chain"), "  libplain.so.1 not found\n"));
    CHECK(has(text_of("undefined"), "  nobody        "));
    const std::string colored = inspection_text(inspected({test::image_specimens() + "/no_init.so"}), Style{true});
    CHECK(has(colored, "\x1b[1;31merror: driver-init-missing\x1b[0m"));
    // A path is as long as it is; nothing else is longer than a line.
    const auto contains_path = [](const std::string& line) { return line.find("/specimens/") != std::string::npos; };
    for (const char* name : {"plain_v1", "pinned_v1", "entry"}) {
        const std::string text = text_of(name);
        std::size_t longest = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            const std::string line = text.substr(at, end - at);
            if (!contains_path(line)) longest = std::max(longest, line.size());
            at = end + 1;
        }
        CHECK(longest <= 80);
    }
}

TEST_CASE("a NIF library is called one, and is no driver that lacks something") {
    const Inspections all = inspected({test::image_specimens() + "/nif.so"});
    const std::string text = inspection_text(all, Style{});
    CHECK(text.find("\nNIF library\n  nif_init      exported") != std::string::npos);
    CHECK(text.find("error: nif-library\n") != std::string::npos);
    for (const char* part : {"driver-init-missing", "driver_init   missing", "not filled in at compile time"})
        CHECK_MESSAGE(text.find(part) == std::string::npos, part);
    CHECK(Json::parse(inspection_json(all))["files"][0]["driver"]["kind"] == "nif library");
}

TEST_CASE("an entry without the marker is no entry for any node") {
    const std::string text = inspection_text(inspected({test::image_specimens() + "/short_entry.so"}), Style{});
    CHECK(text.find("\"specimen\", without ERL_DRV_EXTENDED_MARKER") != std::string::npos);
    CHECK(text.find("error: driver-version-mismatch\n") != std::string::npos);
    const std::string late = inspection_text(inspected({test::image_specimens() + "/late_entry.so"}), Style{});
    CHECK(late.find("  entry         not filled in at compile time") != std::string::npos);
    CHECK(late.find("driver-version-mismatch") == std::string::npos);
}

TEST_CASE("two files: how they differ") {
    const auto difference = [](const char* older, const char* newer) {
        const Inspections all =
            inspected({test::image_specimens() + "/" + older + ".so", test::image_specimens() + "/" + newer + ".so"});
        return std::pair(inspection_text(all, Style{}), Json::parse(inspection_json(all))["difference"]);
    };
    const auto [text, json] = difference("entry", "short_entry");
    CHECK(json["changed"] == Json{{{"what", "name of the file"}, {"before", "entry"}, {"after", "short_entry"}},
                                  {{"what", "driver interface"}, {"before", "3.2"}, {"after", "none (before R15B)"}},
                                  {{"what", "flags"},
                                   {"before", "ERL_DRV_FLAG_USE_PORT_LOCKING, ERL_DRV_FLAG_USE_INIT_ACK"},
                                   {"after", "none"}}});
    CHECK(json["new"][0] == Json{{"rule", "driver-version-mismatch"}, {"severity", "error"}});
    CHECK(text.find("  new           driver-version-mismatch (error)\n") != std::string::npos);
    const Json back = difference("short_entry", "entry").second;
    CHECK(back["fixed"] == json["new"]);
    CHECK(back["new"] == json["fixed"]);
    const Json kind = difference("entry", "nif").second;
    CHECK(kind["changed"][1] == Json{{"what", "kind"}, {"before", "driver"}, {"after", "NIF library"}});
    const auto exports = std::find_if(kind["names"].begin(), kind["names"].end(),
                                      [](const Json& names) { return names["kind"] == "exports"; });
    REQUIRE(exports != kind["names"].end());
    CHECK((*exports)["added"] == Json{"nif_init"});
    CHECK((*exports)["removed"] == Json{"driver_init", "specimen_control"});
    // Of the same file twice there is nothing to tell, and of three there is no older one.
    CHECK(difference("entry", "entry").first.find("no difference in what is read here") != std::string::npos);
    const std::string one = test::image_specimens() + "/entry.so";
    CHECK_FALSE(Json::parse(inspection_json(inspected({one, one, one}))).contains("difference"));
}

TEST_CASE("every format has every finding, and two files have theirs once") {
    const Inspections all =
        inspected({test::image_specimens() + "/no_init.so", test::image_specimens() + "/short_entry.so"});
    const FormatOptions options{{}, "/no/such/root", "1.2"};
    for (const auto& format : inspection_formats()) {
        CAPTURE(format.name);
        const std::string text = format.write(all, options);
        CHECK(text.find("driver-init-missing") != std::string::npos);
        CHECK(text.find("driver-version-mismatch") != std::string::npos);
    }
    const auto written = [&](const char* name) { return inspection_format_named(name)->write(all, options); };
    const Json run = Json::parse(written("sarif"))["runs"][0];
    CHECK(run["tool"]["driver"]["informationUri"].get<std::string>().starts_with("https://"));
    for (const Json& result : run["results"]) {
        const bool fixed = result["ruleId"] == "driver-init-missing";
        CHECK(result["baselineState"] == (fixed ? "absent" : "new"));
    }
    CHECK(written("tap").find(" - fixed: driver-init-missing: ") != std::string::npos);
    CHECK(written("term").starts_with("%% coding: utf-8\n{ddlltool_inspect, 1, #{\n"));
    CHECK(written("html").find("<script") == std::string::npos);
    CHECK(inspection_format_named("trace") == nullptr);
}

TEST_CASE("a place is a line of the source where that lies below the root") {
    Inspections all = inspected({test::image_specimens() + "/short_entry.so"});
    CHECK(all.files[0].facts.debug.source.ends_with("/specimens/entry.c"));
    all.files[0].facts.debug.source =
        test::source_folder() + "/tests/unit/image/specimens/entry.c"; // however it was built
    const auto place = [&](const std::string& root) {
        const FormatOptions options{{}, root, "1.2"};
        return Json::parse(inspection_format_named("sarif")->write(
            all, options))["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    };
    const Json known = place(test::source_folder());
    CHECK(known["artifactLocation"]["uri"] == "tests/unit/image/specimens/entry.c");
    CHECK(known["region"]["startLine"] > 10);
    CHECK_FALSE(place("/no/such/root").contains("region"));
}

TEST_CASE("a file that cannot be used is an error in the formats that have one") {
    const Inspections all = inspected({"/no/such/file.so"});
    const FormatOptions options{{}, "", "1.2"};
    for (const char* name : {"junit", "tap", "sarif", "github", "html", "json", "term"}) {
        CAPTURE(name);
        CHECK(inspection_format_named(name)->write(all, options).find("No such file") != std::string::npos);
    }
}

TEST_CASE("levels and sums") {
    Inspections none;
    CHECK(inspection_summary(none) == "0 errors, 0 warnings, 0 notes");
    CHECK_FALSE(reaches(none, FailOn::note));
    Inspections some = inspected(
        {test::image_specimens() + "/pinned_v1.so", test::image_specimens() + "/pinned_v2.so", "/no/such/file.so"});
    CHECK(inspection_summary(some) == "0 errors, 3 warnings, 0 notes; 1 file cannot be used");
    CHECK_FALSE(reaches(some, FailOn::error));
    CHECK(reaches(some, FailOn::warning));
    CHECK(reaches(some, FailOn::note));
    CHECK_FALSE(reaches(some, FailOn::never));
    for (auto& file : some.files) file.findings.clear();
    CHECK(reaches(some, FailOn::warning)); // what they share counts, too
}
