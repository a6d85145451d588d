/// docs/misuse.md against the catalogue and the stories: it may neither lack a misuse nor tell an old story.
#include "support/places.h"
#include "words/findings.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace ddll;
using nlohmann::json;

namespace {

std::string contents(const std::string& path) {
    std::ifstream in(test::source_folder() + "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Row {
    std::string misuse, node, told, story;
};

std::string trimmed(std::string text) {
    text.erase(0, text.find_first_not_of(" `"));
    text.erase(text.find_last_not_of(" `") + 1);
    return text;
}

// The rows of the table under a heading.
std::vector<Row> table(const std::string& heading) {
    std::istringstream lines(contents("docs/misuse.md"));
    std::vector<Row> rows;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ")) inside = line == "## " + heading;
        if (!inside || !line.starts_with("| ") || line.starts_with("| What")) continue;
        std::vector<std::string> cells;
        std::istringstream in(line.substr(1));
        for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
        REQUIRE_MESSAGE(cells.size() == 4, line);
        rows.push_back({cells[0], cells[1], cells[2], cells[3]});
    }
    return rows;
}

json story(const std::string& path) {
    const std::string text = contents("tests/scenarios/" + path);
    REQUIRE_MESSAGE(!text.empty(), path);
    return json::parse(text, nullptr, true, true);
}

} // namespace

TEST_CASE("docs/misuse.md has the rule of every misuse once, in the words of the catalogue") {
    std::map<std::string, Row> rows;
    for (const Row& row : table("Told as a finding")) CHECK_MESSAGE(rows.try_emplace(row.told, row).second, row.told);
    std::size_t reported = 0;
    for (const words::RuleRow& rule : words::rules) {
        if (!is_found(words::by_host, rule.rule)) continue;
        ++reported;
        CAPTURE(std::string(rule.id));
        const auto it = rows.find(std::string(rule.id));
        REQUIRE(it != rows.end());
        CHECK(it->second.misuse == rule.title);
        CHECK(it->second.node == rule.why);
    }
    CHECK(rows.size() == reported);
}

TEST_CASE("every misuse is played by a story that expects just that") {
    for (const Row& row : table("Told as a finding")) {
        CAPTURE(row.told);
        const json played = story(row.story);
        const auto expected = played.at("expected_findings");
        CHECK(std::find(expected.begin(), expected.end(), row.told) != expected.end());
    }
}

TEST_CASE("beside a mistake stands a story that comes close and is right") {
    int pairs = 0;
    for (const Row& row : table("Told as a finding")) {
        if (!row.story.starts_with("misuse/")) continue;
        CAPTURE(row.story);
        CHECK(row.story == "misuse/" + row.told + ".json");
        const json right = story("misuse/" + row.told + ".right.json");
        CHECK_FALSE(right.contains("expected_findings"));
        CHECK_FALSE(right.contains("expected_crash"));
        CHECK(right.at("steps").size() >= 3);
        ++pairs;
    }
    CHECK(pairs >= 30);
}

TEST_CASE("what ends the node ends the story") {
    const auto rows = table("The node ends");
    CHECK(rows.size() >= 8);
    for (const Row& row : rows) {
        CAPTURE(row.story);
        const json crash = story(row.story).at("expected_crash");
        const std::string seen = crash.contains("exception") ? "exception"
                                 : crash.contains("exit")    ? "exit"
                                                             : crash.at("signal").get<std::string>();
        CHECK(seen == row.told);
    }
}
