#include "findings/catalogue.h"
#include "findings/hazards.h"
#include "findings/static_findings.h"
#include "host/misuse.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace ddll;

TEST_CASE("rules are sorted by id, without doubles, and say everything") {
    const auto rules = findings::catalogue();
    REQUIRE(!rules.empty());
    CHECK(std::is_sorted(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
    std::set<std::string_view> ids;
    for (const findings::Rule& rule : rules) {
        CAPTURE(std::string(rule.id));
        CHECK(ids.insert(rule.id).second);
        CHECK(rule.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
        CHECK(!rule.title.empty());
        CHECK(!rule.why.empty());
        CHECK(!rule.advice.empty());
        CHECK(rule.title.find('\n') == std::string_view::npos);
        CHECK(rule.title.back() != '.');
        CHECK(rule.why.back() == '.');
        CHECK(rule.advice.back() == '.');
        CHECK(findings::rule(rule.id) == &rule);
    }
    CHECK(findings::rule("no-such-rule") == nullptr);
    CHECK(findings::rule("") == nullptr);
}

TEST_CASE("every misuse is a rule") {
#define DDLL_HAS_RULE(name, id)                                                                                        \
    CHECK(host::rule_id(host::Misuse::name) == id);                                                                    \
    CHECK_MESSAGE(findings::rule(id) != nullptr, id);
    DDLL_MISUSES(DDLL_HAS_RULE)
#undef DDLL_HAS_RULE
}

TEST_CASE("every rule is a misuse, a finding made after the run, or one of a file alone") {
    std::set<std::string_view> known = {"dso-pinned", "reload-kept-old-code", "callback-sleeps",
                                        "call-protocol-changed"}; // the last one by check/
    known.insert(findings::static_rules().begin(), findings::static_rules().end());
    known.insert(findings::hazard_rules().begin(), findings::hazard_rules().end());
#define DDLL_KNOWN(name, id) known.insert(id);
    DDLL_MISUSES(DDLL_KNOWN)
#undef DDLL_KNOWN
    for (const findings::Rule& rule : findings::catalogue()) CHECK_MESSAGE(known.contains(rule.id), std::string(rule.id));
    CHECK(known.size() == findings::catalogue().size());
}

TEST_CASE("severities have names") {
    CHECK(std::string(findings::name(findings::Severity::note)) == "note");
    CHECK(std::string(findings::name(findings::Severity::warning)) == "warning");
    CHECK(std::string(findings::name(findings::Severity::error)) == "error");
}
