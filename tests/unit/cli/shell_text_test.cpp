#include "cli/shell_text.h"

#include <doctest/doctest.h>

using namespace ddll::cli;

TEST_CASE("an expression ends with a full stop before a blank, a comment or the end") {
    CHECK(end_of_expression("a.") == 2);
    CHECK(end_of_expression("a. b.") == 2);
    CHECK(end_of_expression("a.% comment") == 2);
    CHECK(end_of_expression("a.\nb") == 2);
    CHECK(!end_of_expression("a"));
    CHECK(!end_of_expression(""));
    CHECK(end_of_expression("1.5.") == 4);
    CHECK(!end_of_expression("1.5"));
}

TEST_CASE("a full stop inside of strings, atoms, characters and comments ends nothing") {
    CHECK(end_of_expression("\"a. b\".") == 7);
    CHECK(end_of_expression("'a. b'.") == 7);
    CHECK(end_of_expression("\"\\\". \".") == 7);
    CHECK(end_of_expression("$. .") == 4);
    CHECK(end_of_expression("$\\\". ") == 4);
    CHECK(end_of_expression("a % no. end\n.") == 13);
    CHECK(!end_of_expression("\"not closed. "));
    CHECK(!end_of_expression("% only. a comment. "));
}

TEST_CASE("a match is split at its equals sign and nowhere else") {
    const auto left = [](const char* text) { return split_binding(text).pattern; };
    CHECK(left("P = open_port(x, [])") == "P ");
    CHECK(left("{ok, A} = f(B)") == "{ok, A} ");
    CHECK(left("\"=\" = x") == "\"=\" ");
    CHECK(left("f(a = b)").empty());
    for (const char* text :
         {"A == B", "A =:= B", "A =/= B", "A >= B", "A =< B", "A /= B", "#{a => b}", "\"a = b\"", "f()"})
        CHECK_MESSAGE(left(text).empty(), text);
    CHECK(split_binding("P = f()").expression == " f()");
}

TEST_CASE("the word before the cursor is what is completed") {
    CHECK(word_before("erl_ddll:inf", 12) == "erl_ddll:inf");
    CHECK(word_before("port_close(P", 12) == "P");
    CHECK(word_before("port_close(P1, x)", 12) == "P");
    CHECK(word_before("f(", 2).empty());
    CHECK(word_before("", 0).empty());
}

TEST_CASE("completions are sorted, without doubles, and add what they have in common") {
    const auto found = completions("p", {"port_info(", "x", "port_close(", "port_close("});
    CHECK(found == std::vector<std::string>{"port_close(", "port_info("});
    CHECK(common_rest("p", found) == "ort_");
    CHECK(common_rest("port_c", {"port_close("}) == "lose(");
    CHECK(common_rest("x", {}).empty());
    CHECK(common_rest("abc", {"abc"}).empty());
}
