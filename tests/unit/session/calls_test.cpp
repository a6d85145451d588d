#include "session/step_plan.h"

#include <doctest/doctest.h>

using namespace ddll;

namespace {

Result<void> check(const char* text) {
    const auto expr = term::parse_expr(text);
    REQUIRE_MESSAGE(expr, text);
    return session::check_names(**expr, {"P1", "Alice", "Dir"});
}

} // namespace

TEST_CASE("calls whose names are known pass") {
    for (const char* text : {"erl_ddll:info()", "erl_ddll:try_load(Dir, counter, [])", "port_close(P1)",
                             "erlang:port_call(P1, 1, {a, Alice})", "open_port({spawn_driver, \"x\"}, [])", "1 + 2"})
        CHECK_MESSAGE(check(text), text);
}

TEST_CASE("what is unknown names what may have been meant") {
    const auto misses = [](const char* text, const char* message, const char* hint) {
        const auto wrong = check(text);
        REQUIRE_MESSAGE(!wrong, text);
        CHECK(wrong.error().message.find(message) != std::string::npos);
        CHECK(wrong.error().hint.find(hint) != std::string::npos);
    };
    misses("port_close(P2)", "P2 has no value", "did you mean P1?");
    misses("port_close(Quite_Other)", "has no value", "ddlltool status");
    misses("erl_ddll:inof()", "no function is called erl_ddll:inof/0", "did you mean erl_ddll:info?");
    misses("erl_ddll:info(a, b, c)", "has no form with 3 arguments", "erl_ddll:info/2");
    misses("[erl_ddll:info(), port_clsoe(P1)]", "port_clsoe/1", "did you mean port_close?");
    misses("port_close(_)", "no value", "pattern");
}
