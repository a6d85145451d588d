#include "helpers.h"
#include "term/number.h"

#include <thread>

using namespace ddll::term;

TEST_CASE("integers beyond 64 bits are big, all others plain") {
    CHECK(Term::unsigned_integer(5) == Term::integer(5));
    CHECK(Term::unsigned_integer(UINT64_MAX).is(Term::Kind::big));
    CHECK(print(Term::unsigned_integer(UINT64_MAX)) == "18446744073709551615");
    CHECK(Term::big({true, {0, 0, 0, 0, 0, 0, 0, 0x80}}) == Term::integer(INT64_MIN));
    CHECK(Term::big({false, {0, 0, 0, 0, 0, 0, 0, 0x80}}).is(Term::Kind::big));
    CHECK(Term::big({true, {5, 0, 0}}) == Term::integer(-5));
    CHECK(Term::big({true, {}}) == Term::integer(0));
}

TEST_CASE("a list's tail is never a list itself") {
    const Term inner = Term::list({Term::integer(2)}, Term::atom("x"));
    const Term t = Term::list({Term::integer(1)}, inner);
    CHECK(t.items().size() == 2);
    CHECK(t.tail().is_atom("x"));
    CHECK_FALSE(t.is_proper_list());
    CHECK(Term::list({}, Term::integer(3)) == Term::integer(3));
    CHECK(Term::list({}).is(Term::Kind::nil));
}

TEST_CASE("equal atoms are the same text, also when threads race for it") {
    std::vector<const std::string*> seen(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i)
        threads.emplace_back([&seen, i] {
            for (int n = 0; n < 2000; ++n) seen[i] = &Term::atom("raced_" + std::to_string(n)).as_atom();
        });
    for (auto& t : threads) t.join();
    for (const auto* text : seen) CHECK(text == seen[0]);
}

TEST_CASE("what may be an atom") {
    CHECK(is_atom_text(""));
    CHECK(is_atom_text(std::string(255, 'a')));
    CHECK_FALSE(is_atom_text(std::string(256, 'a')));
    CHECK_FALSE(is_atom_text("\xFF"));
    std::string wide;
    for (int i = 0; i < 255; ++i) wide += "\xF0\x9F\x98\x80";
    CHECK(is_atom_text(wide));
}

TEST_CASE("maps keep the last of equal keys and find them again") {
    const Term m = Term::map({{Term::integer(1), Term::atom("a")},
                              {Term::floating(1.0), Term::atom("b")},
                              {Term::integer(1), Term::atom("c")}});
    CHECK(m.pairs().size() == 2);
    REQUIRE(m.find(Term::integer(1)) != nullptr);
    CHECK(m.find(Term::integer(1))->is_atom("c"));
    CHECK(m.find(Term::floating(1.0))->is_atom("b"));
    CHECK(m.find(Term::atom("a")) == nullptr);
}

TEST_CASE("strings are code points, bytes where they are no UTF-8") {
    CHECK(Term::string("é") == Term::list({Term::integer(0xE9)}));
    CHECK(Term::string("\xE9") == Term::list({Term::integer(0xE9)}));
    CHECK(Term::string("").is(Term::Kind::nil));
    CHECK(Term::bytes_list("é") == Term::list({Term::integer(0xC3), Term::integer(0xA9)}));
}

TEST_CASE("iolists") {
    const auto bytes = [](std::string_view text) -> std::string {
        std::string out;
        return iolist_to_bytes(read(text), out) ? out : "refused";
    };
    CHECK(bytes("\"abc\"") == "abc");
    CHECK(bytes("<<\"abc\">>") == "abc");
    CHECK(bytes("[$a, [<<\"bc\">>, [[]], 100] | <<\"ef\">>]") == "abcdef");
    CHECK(bytes("[]") == "");
    CHECK(bytes("[a]") == "refused");
    CHECK(bytes("[256]") == "refused");
    CHECK(bytes("[-1]") == "refused");
    CHECK(bytes("[97 | 98]") == "refused");
    CHECK(bytes("[<<1:3>>]") == "refused");
    CHECK(bytes("<<1:3>>") == "refused");
    CHECK(bytes("abc") == "refused");
    CHECK(bytes("[[97 | b]]") == "refused");
}

TEST_CASE("terms of any depth can be made, compared, written, sent and dropped") {
    const int depth = 1'000'000;
    Term a = nested_tuples(depth), b = nested_tuples(depth);
    CHECK(a == b);
    CHECK((a <=> b) == 0);
    b = make_tuple(b);
    CHECK(a != b);
    CHECK(print(a).size() == 2 * depth + 2);
    CHECK(encode(a).size() == 2 * depth + 2);

    Term list, map;
    for (int i = 0; i < 100'000; ++i) {
        list = Term::list({list, list}, Term::integer(i));
        map = Term::map({{map, Term::integer(i)}});
        if (i % 1000 != 0) list = list.items()[0].is(Term::Kind::list) ? Term::list({list.items()[0]}) : list;
    }
    std::string bytes;
    CHECK_FALSE(iolist_to_bytes(map, bytes));
}

TEST_CASE("a deep term may die in any thread") {
    std::thread([] { nested_tuples(200'000); }).join();
    CHECK(nested_tuples(3) == read("{{{[]}}}"));
}

TEST_CASE("integers round to the nearest double, ties to even") {
    const auto to_double = [](std::string_view text) { return integer_to_double(read(text)); };
    CHECK(to_double("9007199254740993") == 9007199254740992.0);
    CHECK(to_double("18446744073709551616") == 18446744073709551616.0);
    CHECK(to_double("36893488147419107329") == 36893488147419111424.0); // just above the middle
    CHECK(to_double("36893488147419107328") == 36893488147419103232.0); // the middle
    CHECK(to_double("-36893488147419107329") == -36893488147419111424.0);
    CHECK_FALSE(to_double("1" + std::string(400, '0')).has_value());
    CHECK_FALSE(to_double("1" + std::string(309, '0')).has_value());
    CHECK(to_double("1" + std::string(308, '0')) == 1e308);
}
