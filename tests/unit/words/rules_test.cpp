/// The table of the rules. Its order and the spelling of its ids are checked when it is compiled.
#include "words/findings.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;

TEST_CASE("rules have ids of their own, and say everything") {
    std::string_view before;
    for (const words::RuleRow& row : words::rules) {
        CAPTURE(std::string(row.id));
        CHECK(before < row.id);
        before = row.id;
        CHECK(row.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
        CHECK(row.finders != 0);
        CHECK(!row.title.empty());
        CHECK(!row.why.empty());
        CHECK(!row.advice.empty());
        CHECK(row.title.find('\n') == std::string_view::npos);
        CHECK(row.title.back() != '.');
        CHECK(row.why.back() == '.');
        CHECK(row.advice.back() == '.');
        CHECK(&words::row(row.rule) == &row);
        CHECK(std::string_view(name(row.rule)) == row.id);
        CHECK(words::named<words::Rule>(row.id) == row.rule);
    }
    CHECK(words::named<words::Rule>("no-such-rule") == std::nullopt);
    CHECK(words::named<words::Rule>("") == std::nullopt);
}

TEST_CASE("severities have names") {
    CHECK(std::string(name(words::Severity::note)) == "note");
    CHECK(std::string(name(words::Severity::warning)) == "warning");
    CHECK(std::string(name(words::Severity::error)) == "error");
}
