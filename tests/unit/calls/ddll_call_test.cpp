#include "calls/ddll_call.h"

#include <doctest/doctest.h>

using namespace ddll;
using calls::DdllCall;

namespace {

term::ExprPtr read(const char* text) {
    const auto expr = term::parse_expr(text);
    REQUIRE_MESSAGE(expr, text);
    return *expr;
}

} // namespace

TEST_CASE("loads are told from other calls of erl_ddll, and reloads from loads") {
    struct Row {
        const char* text;
        bool load, reload;
        const char* driver;
    };
    for (const Row& row : {
             Row{"erl_ddll:load(Dir, counter)", true, false, "counter"},
             Row{"erl_ddll:load_driver(\"/a\", \"counter\")", true, false, "counter"},
             Row{"erl_ddll:reload(Dir, counter)", true, true, "counter"},
             Row{"erl_ddll:reload_driver(Dir, counter)", true, true, "counter"},
             Row{"erl_ddll:try_load(Dir, counter, [])", true, false, "counter"},
             Row{"erl_ddll:try_load(Dir, counter, [{reload, pending}, {monitor, pending}])", true, true, "counter"},
             Row{"erl_ddll:try_load(Dir, counter, [{reload, How}])", true, true, "counter"},
             Row{"erl_ddll:try_load(Dir, reload, [{monitor, pending}])", true, false, "reload"},
             Row{"erl_ddll:try_unload(counter, [])", false, false, "counter"},
             Row{"erl_ddll:unload(counter)", false, false, "counter"},
             Row{"erl_ddll:loaded_drivers()", false, false, ""},
         }) {
        const auto expr = read(row.text);
        const auto call = calls::ddll_call(*expr);
        REQUIRE_MESSAGE(call, row.text);
        CHECK_MESSAGE((call->kind == DdllCall::Kind::load) == row.load, row.text);
        CHECK_MESSAGE((call->folder != nullptr) == row.load, row.text);
        CHECK_MESSAGE(call->reload == row.reload, row.text);
        CHECK(calls::loads(*expr) == row.load);
        CHECK((call->driver == nullptr ? "" : calls::literal_word(*call->driver)) == row.driver);
    }
    CHECK(!calls::ddll_call(*read("load(Dir, counter)")));
    CHECK(!calls::ddll_call(*read("{erl_ddll, load}")));
}

TEST_CASE("a load is found inside of other expressions") {
    CHECK(calls::loads(*read("[erl_ddll:load(Dir, D) || D <- [a, b]]")));
    CHECK(calls::loads(*read("{ok, [erl_ddll:load(Dir, a)]}")));
    CHECK(!calls::loads(*read("[erl_ddll:unload(D) || D <- [load, reload]]")));
}
