/// The examples that are part of the executable.
#include "findings/examples.h"
#include "words/findings.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;

TEST_CASE("an example shows what is wrong and what is right") {
    std::size_t examples = 0;
    for (const words::RuleRow& rule : words::rules) {
        const findings::Example* example = findings::example(rule.rule);
        if (example == nullptr) continue;
        ++examples;
        CAPTURE(std::string(rule.id));
        CHECK(example->rule == rule.rule);
        CHECK_FALSE(example->shows.empty());
        CHECK(example->difference.find('\n') != std::string_view::npos);
        CHECK((example->difference.starts_with("-") || example->difference.find("\n-") != std::string_view::npos));
    }
    CHECK(examples >= 70);
    CHECK(findings::example(words::Rule::dso_pinned) == nullptr);
}
