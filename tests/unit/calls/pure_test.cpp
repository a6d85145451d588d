/// The functions without effects, with what the real ones answered (recorded from OTP 25).
#include "unit/host/stage.h"

#include <doctest/doctest.h>

using namespace ddll::host::test;

namespace {

struct Recorded {
    const char* call;
    const char* answer;
};

// clang-format off
constexpr Recorded recorded[] = {
    {"list_to_binary(foo)", "error:badarg"},
    {"list_to_binary(<<\"a\">>)", "error:badarg"},
    {"list_to_binary([])", "<<>>"},
    {"list_to_binary([1, [2, <<3>>] | <<4>>])", "<<1,2,3,4>>"},
    {"list_to_binary([256])", "error:badarg"},
    {"list_to_binary([-1])", "error:badarg"},
    {"list_to_binary([1 | 2])", "error:badarg"},
    {"list_to_binary([<<1:3>>])", "error:badarg"},
    {"iolist_to_binary(<<\"a\">>)", "<<\"a\">>"},
    {"iolist_to_binary(foo)", "error:badarg"},
    {"iolist_to_binary([a])", "error:badarg"},
    {"binary_to_list(<<\"ab\">>)", "\"ab\""},
    {"binary_to_list([])", "error:badarg"},
    {"binary_to_list(<<1:3>>)", "error:badarg"},
    {"list_to_atom(\"abc\")", "abc"},
    {"list_to_atom([])", "''"},
    {"atom_to_list(list_to_atom([955]))", "[955]"},
    {"list_to_atom(abc)", "error:badarg"},
    {"list_to_atom([1 | 2])", "error:badarg"},
    {"list_to_atom([-1])", "error:badarg"},
    {"list_to_atom([16#D800])", "error:badarg"},
    {"list_to_atom([1114112])", "error:badarg"},
    {"list_to_atom(lists:duplicate(256, 97))", "error:system_limit"},
    {"list_to_atom([a])", "error:badarg"},
    {"atom_to_list(abc)", "\"abc\""},
    {"atom_to_list(\"abc\")", "error:badarg"},
    {"atom_to_list('')", "[]"},
    {"integer_to_list(-12)", "\"-12\""},
    {"list_to_integer(\"0012\")", "12"},
    {"list_to_integer(\"-100000000000000000000\")", "-100000000000000000000"},
    {"list_to_integer(\"+7\")", "7"},
    {"list_to_integer(\"\")", "error:badarg"},
    {"list_to_integer(\"-\")", "error:badarg"},
    {"list_to_integer(\"16#ff\")", "error:badarg"},
    {"list_to_integer(12)", "error:badarg"},
    {"binary_to_integer(<<\"42\">>)", "42"},
    {"binary_to_integer(\"42\")", "error:badarg"},
    {"integer_to_list(100000000000000000000)", "\"100000000000000000000\""},
    {"integer_to_list(1.0)", "error:badarg"},
    {"element(1, {a, b})", "a"},
    {"element(2, {a, b})", "b"},
    {"element(0, {a, b})", "error:badarg"},
    {"element(3, {a, b})", "error:badarg"},
    {"element(a, {a, b})", "error:badarg"},
    {"element(1, [a])", "error:badarg"},
    {"element(1, {})", "error:badarg"},
    {"length([])", "0"},
    {"length([1, 2])", "2"},
    {"length([1 | 2])", "error:badarg"},
    {"length(foo)", "error:badarg"},
    {"byte_size(<<>>)", "0"},
    {"byte_size(<<1, 2:3>>)", "2"},
    {"byte_size(\"ab\")", "error:badarg"},
    {"tuple_size({})", "0"},
    {"tuple_size({a})", "1"},
    {"tuple_size([a])", "error:badarg"},
    {"hd([1, 2])", "1"},
    {"hd([])", "error:badarg"},
    {"hd(foo)", "error:badarg"},
    {"tl([1, 2])", "[2]"},
    {"tl([1 | 2])", "2"},
    {"tl([])", "error:badarg"},
    {"tl(foo)", "error:badarg"},
    {"term_to_binary({a, 1})", "<<131,104,2,119,1,97,97,1>>"},
    {"binary_to_term(term_to_binary({a, [1.5, \"x\"]}))", "{a,[1.5,\"x\"]}"},
    {"binary_to_term(<<>>)", "error:badarg"},
    {"binary_to_term(<<131>>)", "error:badarg"},
    {"binary_to_term(<<131, 97, 7, 1, 2>>)", "7"},
    {"binary_to_term(<<130, 97, 7>>)", "error:badarg"},
    {"binary_to_term([131, 97, 7])", "error:badarg"},
    {"lists:last([1, 2])", "2"},
    {"lists:last([])", "error:function_clause"},
    {"lists:last([1 | 2])", "error:function_clause"},
    {"lists:last(foo)", "error:function_clause"},
    {"lists:member(1, [1, 2])", "true"},
    {"lists:member(1, [1.0])", "false"},
    {"lists:member(3, [1, 2])", "false"},
    {"lists:member(1, [1 | 2])", "true"},
    {"lists:member(3, [1 | 2])", "error:badarg"},
    {"lists:member(1, foo)", "error:badarg"},
    {"lists:sublist([1, 2, 3], 2)", "[1,2]"},
    {"lists:sublist([1, 2, 3], 0)", "[]"},
    {"lists:sublist([1, 2, 3], 9)", "[1,2,3]"},
    {"lists:sublist([1, 2, 3], -1)", "error:function_clause"},
    {"lists:sublist([1, 2 | 3], 1)", "[1]"},
    {"lists:sublist([1, 2 | 3], 2)", "[1,2]"},
    {"lists:sublist([1, 2 | 3], 5)", "error:function_clause"},
    {"lists:sublist(foo, 1)", "error:function_clause"},
    {"lists:sublist(foo, 0)", "error:function_clause"},
    {"lists:sublist([1], a)", "error:function_clause"},
    {"lists:nth(1, [a, b])", "a"},
    {"lists:nth(2, [a, b])", "b"},
    {"lists:nth(3, [a, b])", "error:function_clause"},
    {"lists:nth(0, [a, b])", "error:function_clause"},
    {"lists:nth(-1, [a, b])", "error:function_clause"},
    {"lists:nth(a, [a, b])", "error:badarith"},
    {"lists:nth(1, foo)", "error:function_clause"},
    {"lists:nth(1, [a | b])", "a"},
    {"lists:nth(2, [a | b])", "error:function_clause"},
    {"lists:nth(1, [])", "error:function_clause"},
    {"lists:nthtail(0, [a])", "[a]"},
    {"lists:nthtail(1, [a])", "[]"},
    {"lists:nthtail(2, [a])", "error:function_clause"},
    {"lists:nthtail(-1, [a])", "error:function_clause"},
    {"lists:nthtail(a, [a])", "error:badarith"},
    {"lists:nthtail(0, foo)", "error:function_clause"},
    {"lists:nthtail(1, foo)", "error:function_clause"},
    {"lists:nthtail(1, [a | b])", "b"},
    {"lists:nthtail(0, [a | b])", "[a|b]"},
    {"lists:reverse([1, 2, 3])", "[3,2,1]"},
    {"lists:reverse([])", "[]"},
    {"lists:reverse([1 | 2])", "error:function_clause"},
    {"lists:reverse(foo)", "error:function_clause"},
    {"lists:sort([3, 1, 2, 1])", "[1,1,2,3]"},
    {"lists:sort([b, 1, \"a\", 2.0, {}])", "[1,2.0,b,{},\"a\"]"},
    {"lists:sort([1.0, 1])", "[1.0,1]"},
    {"lists:sort([1, 1.0])", "[1,1.0]"},
    {"lists:sort([1, 1.0, 1])", "[1,1.0,1]"},
    {"lists:sort(foo)", "error:function_clause"},
    {"lists:sort([2, 1 | 3])", "error:function_clause"},
    {"lists:sort([1 | 3])", "error:function_clause"},
    {"lists:seq(1, 3)", "[1,2,3]"},
    {"lists:seq(1, 0)", "[]"},
    {"lists:seq(1, -1)", "error:function_clause"},
    {"lists:seq(3, 1)", "error:function_clause"},
    {"lists:seq(a, 1)", "error:function_clause"},
    {"lists:seq(1, 1.0)", "error:function_clause"},
    {"lists:duplicate(2, a)", "[a,a]"},
    {"lists:duplicate(0, a)", "[]"},
    {"lists:duplicate(-1, a)", "error:function_clause"},
    {"lists:duplicate(a, a)", "error:function_clause"},
    {"binary:copy(<<\"ab\">>, 2)", "<<\"abab\">>"},
    {"binary:copy(<<\"ab\">>, 0)", "<<>>"},
    {"binary:copy(<<\"ab\">>, -1)", "error:badarg"},
    {"binary:copy(<<1:3>>, 1)", "error:badarg"},
    {"binary:copy(\"ab\", 1)", "error:badarg"},
    {"binary:copy(<<\"ab\">>, a)", "error:badarg"},
};
// clang-format on

} // namespace

TEST_CASE("pure functions answer as Erlang's do") {
    Script script;
    Stage stage(script);
    for (const auto& row : recorded) {
        const std::string call(row.call), answer(row.answer);
        INFO(call);
        CHECK(stage.run(call) == answer);
    }
}

TEST_CASE("every pure function is in the table of answers") {
    for (const auto& doc : ddll::calls::known_calls()) {
        if (doc.module != "lists" && doc.module != "binary") continue;
        const std::string call = doc.module + ":" + doc.name + "(";
        bool tried = false;
        for (const Recorded& row : recorded) tried = tried || std::string_view(row.call).starts_with(call);
        CHECK_MESSAGE(tried, call);
    }
}

TEST_CASE("made lists and binaries have a limit") {
    Script script;
    Stage stage(script);
    CHECK(stage.run("lists:seq(1, 100000000)") == "error:system_limit");
    CHECK(stage.run("lists:duplicate(100000000, a)") == "error:system_limit");
    CHECK(stage.run("binary:copy(<<0:800>>, 1000000000)") == "error:system_limit");
}
