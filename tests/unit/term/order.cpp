#include "helpers.h"

#include <algorithm>

using namespace ddll::term;

TEST_CASE("standard order") {
    // As lists:sort/1 gives them, but for the ties of 1 and 1.0, where the integer goes first here.
    static constexpr std::string_view ascending[] = {"-1",
                                                     "1",
                                                     "1.0",
                                                     "1.5",
                                                     "2",
                                                     "1180591620717411303424",
                                                     "1.0e30",
                                                     "a",
                                                     "ab",
                                                     "b",
                                                     "'\\x{65E5}'",
                                                     "#Ref<0.0.0.1>",
                                                     "#Port<0.1>",
                                                     "<0.1.0>",
                                                     "<0.2.0>",
                                                     "{}",
                                                     "{a}",
                                                     "{b}",
                                                     "{a, a}",
                                                     "#{}",
                                                     "#{a => 1}",
                                                     "#{b => 0}",
                                                     "#{a => 1, b => 0}",
                                                     "[]",
                                                     "[a | 1]",
                                                     "[a | b]",
                                                     "[a]",
                                                     "[a, b]",
                                                     "[a | <<>>]",
                                                     "[b]",
                                                     "<<>>",
                                                     "<<0:3>>",
                                                     "<<1>>",
                                                     "<<1, 0:1>>",
                                                     "<<1:1>>",
                                                     "<<128>>",
                                                     "<<128, 0>>",
                                                     "<<129>>"};
    for (std::size_t i = 0; i < std::size(ascending); ++i)
        for (std::size_t j = 0; j < std::size(ascending); ++j) {
            INFO(ascending[i] << " and " << ascending[j]);
            const Term a = read(ascending[i]), b = read(ascending[j]);
            CHECK((a <=> b) == (i <=> j));
            CHECK((a == b) == (i == j));
        }
}

TEST_CASE("numeric order: integers and floats compare by value, exactly") {
    const auto order = [](std::string_view a, std::string_view b) { return compare(read(a), read(b), Order::numeric); };
    CHECK(order("1", "1.0") == 0);
    CHECK(order("{1, b}", "{1.0, a}") > 0);
    CHECK(order("9007199254740993", "9007199254740992.0") > 0);
    CHECK(order("9007199254740992", "9007199254740992.0") == 0);
    CHECK(order("9223372036854775807", "9223372036854775808.0") < 0);
    CHECK(order("1180591620717411303424", "1180591620717411303424.0") == 0);
    CHECK(order("-1180591620717411303424", "-1.0") < 0);
    CHECK(order("0.0", "-0.0") == 0);
    CHECK(order("#{a => 1}", "#{a => 1.0}") == 0);
    CHECK(order("[1, 2]", "[1.0, 2.0]") == 0);
}

TEST_CASE("keys of maps: every integer before every float") {
    CHECK(compare(read("2"), read("1.0"), Order::map_keys) < 0);
    CHECK(compare(read("1"), read("1.0"), Order::map_keys) < 0);
    CHECK(compare(read("{2}"), read("{1.0}"), Order::map_keys) < 0);
    CHECK(print(read("#{1.5 => a, 2 => b, 1 => c}")) == "#{1 => c,2 => b,1.5 => a}");
    // The same goes when maps are compared; their values are ordinary again.
    CHECK(read("#{1 => a}") < read("#{1.0 => a}"));
    CHECK(read("#{2 => a}") < read("#{1.0 => a}"));
    CHECK(read("#{1 => b}") < read("#{1.0 => a}"));
    CHECK(read("#{a => 1.0}") < read("#{a => 2}"));
}

TEST_CASE("the first difference between 1 and 1.0 decides only what is otherwise equal") {
    CHECK(read("{1, a}") < read("{1.0, a}"));
    CHECK(read("{1.0, a}") < read("{1, b}"));
    CHECK(read("{1, 2.0}") < read("{1.0, 2}"));
}

TEST_CASE("bits outside a bitstring do not count") {
    const std::uint8_t a = 0b1010'0000, b = 0b1011'1111;
    const Term x = Term::bits({nullptr, &a, 1, 3}), y = Term::bits({nullptr, &b, 1, 3});
    CHECK(x == y);
    CHECK((x <=> y) == 0);
    CHECK(encode(x) == encode(y));
    CHECK(x != Term::bits({nullptr, &b, 1, 4}));
}
