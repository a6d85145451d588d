#include "report/difference.h"

#include <doctest/doctest.h>

using ddll::report::differing;
using ddll::report::Range;
using ddll::report::show_difference;
using ddll::report::Style;

TEST_CASE("the differing part is widened to whole words") {
    CHECK(differing("{ok, loaded}", "{ok, already_loaded}") == Range{5, 19});
    CHECK(differing("ok", "ok") == Range{2, 2});
    CHECK(differing("", "x") == Range{0, 1});
    CHECK(differing("{1, 2, 3}", "{1, 3}") == Range{4, 4});
    CHECK(differing("abc", "abd") == Range{0, 3});
}

TEST_CASE("one line each, carets under the difference") {
    CHECK(show_difference("{error, not_loaded}", "{error, permanent}", "  ", {}) == "  expected  {error, not_loaded}\n"
                                                                                    "  got       {error, permanent}\n"
                                                                                    "                    ^^^^^^^^^\n");
    // Columns, not bytes.
    CHECK(show_difference("\"\xC3\xA4\", a", "\"\xC3\xA4\", b", "", {}) == "expected  \"\xC3\xA4\", a\n"
                                                                           "got       \"\xC3\xA4\", b\n"
                                                                           "               ^\n");
    CHECK(show_difference("ok", "", "", {}) == "expected  ok\ngot       \n");
}

TEST_CASE("lists are compared line by line, common lines keep their place") {
    CHECK(show_difference("a\nb\nc", "a\nc\nd", "  ", {}) == "  expected (-) and got (+)\n"
                                                             "      a\n"
                                                             "    - b\n"
                                                             "      c\n"
                                                             "    + d\n");
}

TEST_CASE("very long lists are shown without pairing") {
    std::string a, b;
    for (int i = 0; i < 500; ++i) a += "x\n", b += "x\n";
    const std::string shown = show_difference(a, b + "y\n", "", {});
    CHECK(shown.find("+ y\n") != std::string::npos);
}
