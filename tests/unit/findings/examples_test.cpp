/// The examples that are part of the executable.
#include "findings/catalogue.h"
#include "findings/examples.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;

TEST_CASE("an example shows what is wrong and what is right") {
    std::size_t examples = 0;
    for (const findings::Rule& rule : findings::catalogue()) {
        const findings::Example* example = findings::example(rule.id);
        if (example == nullptr) continue;
        ++examples;
        CAPTURE(std::string(rule.id));
        CHECK(example->rule == rule.id);
        CHECK_FALSE(example->shows.empty());
        CHECK(example->difference.find('\n') != std::string_view::npos);
        CHECK((example->difference.starts_with("-") || example->difference.find("\n-") != std::string_view::npos));
    }
    CHECK(examples >= 70);
    CHECK(findings::example("no-such-rule") == nullptr);
    CHECK(findings::example("") == nullptr);
}
