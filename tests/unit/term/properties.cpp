// Laws that hold for every term, tried on generated ones.
#include "generate.h"
#include "helpers.h"
#include "term/number.h"

#include <rapidcheck.h>

#include <algorithm>

using namespace ddll::term;

TEST_CASE("every term reads back from its text") {
    CHECK(rc::check([](const Term& t) { RC_ASSERT(*parse(print(t)) == t); }));
}

TEST_CASE("every term reads back from its text as an expression and is its own value") {
    CHECK(rc::check([](const Term& t) {
        const auto expr = parse_expr(print(t));
        RC_ASSERT(bool(expr));
        RC_ASSERT(evaluate(**expr, {}, {}).value == t);
        RC_ASSERT(evaluate(**parse_expr(print(**expr)), {}, {}).value == t);
        Bindings none;
        RC_ASSERT(match(**expr, t, none) && none.empty());
    }));
}

TEST_CASE("every term comes back from the external format") {
    CHECK(rc::check([](const Term& t) {
        const std::string bytes = encode(t);
        const auto decoded = decode(bytes);
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(decoded->term == t);
        RC_ASSERT(decoded->used == bytes.size());
        RC_ASSERT(encode(decoded->term) == bytes);
    }));
}

TEST_CASE("damaged bytes never decode to something that does not encode") {
    CHECK(rc::check([](const Term& t) {
        std::string bytes = encode(t);
        const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
        bytes[at] = *rc::gen::arbitrary<char>();
        if (const auto decoded = decode(bytes)) {
            const auto again = decode(encode(decoded->term));
            RC_ASSERT(again.has_value());
            RC_ASSERT(again->term == decoded->term);
        }
    }));
}

TEST_CASE("the orders are total and agree with equality") {
    CHECK(rc::check([](const Term& a, const Term& b, const Term& c) {
        RC_ASSERT(a == a);
        RC_ASSERT(std::is_eq(a <=> a));
        RC_ASSERT(((a <=> b) == 0) == (a == b));
        for (const Order order : {Order::numeric, Order::standard, Order::map_keys}) {
            RC_ASSERT((compare(a, b, order) < 0) == (compare(b, a, order) > 0));
            std::vector<Term> sorted{a, b, c};
            std::stable_sort(sorted.begin(), sorted.end(),
                             [order](const Term& x, const Term& y) { return compare(x, y, order) < 0; });
            RC_ASSERT(std::is_lteq(compare(sorted[0], sorted[1], order)));
            RC_ASSERT(std::is_lteq(compare(sorted[1], sorted[2], order)));
            RC_ASSERT(std::is_lteq(compare(sorted[0], sorted[2], order)));
        }
    }));
}

TEST_CASE("equality of neighbours: a term differs from the same term with one part changed") {
    CHECK(rc::check([](const Term& a, const Term& b) {
        RC_PRE(!(a == b));
        RC_ASSERT(make_tuple(a, b) != make_tuple(b, a));
        RC_ASSERT(Term::list({a}, b) != Term::list({b}, a) || (a.is_list() && b.is_list()));
        RC_ASSERT(Term::map({{a, b}}) != Term::map({{b, b}}));
        RC_ASSERT(std::is_lt(make_tuple(a, a) <=> make_tuple(a, b)) == std::is_lt(a <=> b));
    }));
}

TEST_CASE("arithmetic laws, across the border of 64 bits") {
    CHECK(rc::check([] {
        const Term a = *gen_integer(), b = *gen_integer();
        const auto sum = arithmetic(Arithmetic::add, a, b);
        RC_ASSERT(*arithmetic(Arithmetic::subtract, *sum, b) == a);
        RC_ASSERT(*arithmetic(Arithmetic::add, b, a) == *sum);
        RC_ASSERT(negate(negate(a)) == a);
        const auto product = arithmetic(Arithmetic::multiply, a, b);
        if (b != Term::integer(0)) {
            RC_ASSERT(*arithmetic(Arithmetic::divide, *product, b) == a);
            const Term q = *arithmetic(Arithmetic::divide, a, b), r = *arithmetic(Arithmetic::remainder, a, b);
            RC_ASSERT(*arithmetic(Arithmetic::add, *arithmetic(Arithmetic::multiply, q, b), r) == a);
        }
        RC_ASSERT(*parse(integer_to_text(a)) == a);
        RC_ASSERT(*parse("16#" + integer_to_text(negate(std::min(a, negate(a))), 16)) ==
                  negate(std::min(a, negate(a))));
    }));
}

TEST_CASE("integers come back from their bits") {
    CHECK(rc::check([] {
        const Term a = *gen_integer();
        const auto bits = static_cast<std::size_t>(*rc::gen::inRange(260, 300));
        RC_ASSERT(integer_from_bits(low_bits(a, bits), bits, true) == a);
    }));
}

TEST_CASE("-- removes exactly what is there") {
    CHECK(rc::check([](const std::vector<Term>& a, const std::vector<Term>& b) {
        const Bindings bindings{{"A", Term::list(a)}, {"B", Term::list(b)}};
        const auto value = [&](std::string_view text) { return evaluate(**parse_expr(text), bindings, {}).value; };
        RC_ASSERT(value("(A ++ B) -- A") == value("B"));
        RC_ASSERT(value("A -- A") == Term());
        RC_ASSERT(value("A -- []") == value("A"));
    }));
}
