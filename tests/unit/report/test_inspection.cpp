/// What inspect says of driver files: real ones against the schema of the document, and one file whose text is known.
#include "report/inspection.h"
#include "support/json_schema.h"
#include "support/places.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

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
