#include "helpers.h"

using namespace ddll::term;

namespace {

// The bindings after a match, "no" where it fails.
std::string matched(std::string_view pattern, std::string_view term, Bindings bindings = {}) {
    const Bindings before = bindings;
    if (!match(*read_expr(pattern), read(term), bindings)) {
        CHECK(bindings == before);
        return "no";
    }
    std::string out;
    for (const auto& [name, value] : bindings)
        if (!before.contains(name)) out += (out.empty() ? "" : " ") + name + "=" + print(value);
    return out;
}

} // namespace

TEST_CASE("patterns") {
    const Bindings b{{"B", Term::integer(7)}, {"Dir", read("\"/tmp\"")}};
    struct {
        std::string_view pattern, term, bound;
    } const all[] = {
        {"ok", "ok", ""},
        {"ok", "error", "no"},
        {"1", "1.0", "no"},
        {"X", "{a}", "X={a}"},
        {"_", "{a}", ""},
        {"{_, _}", "{a, b}", ""},
        {"{_A, _A}", "{a, b}", ""},
        {"{X, X}", "{a, a}", "X=a"},
        {"{X, X}", "{a, b}", "no"},
        {"{X, B}", "{a, 7}", "X=a"},
        {"{X, B}", "{a, 8}", "no"},
        {"{ok, pending_driver, Ref}", "{ok, pending_driver, #Ref<0.0.0.7>}", "Ref=#Ref<0.0.0.7>"},
        {"{X}", "{a, b}", "no"},
        {"{X, ...}", "{a, b}", "X=a"},
        {"{X, ...}", "{a}", "X=a"},
        {"{X, Y, ...}", "{a}", "no"},
        {"{...}", "{}", ""},
        {"{...}", "[]", "no"},
        {"[X, Y]", "[1, 2]", "X=1 Y=2"},
        {"[X, Y]", "[1, 2, 3]", "no"},
        {"[X, Y]", "[1, 2 | 3]", "no"},
        {"[X, Y]", "[1]", "no"},
        {"[X, ...]", "[1, 2, 3]", "X=1"},
        {"[X, ...]", "[1 | 2]", "X=1"},
        {"[X, ...]", "[]", "no"},
        {"[...]", "[]", ""},
        {"[X | T]", "[1, 2, 3]", "T=[2,3] X=1"},
        {"[X | T]", "[1]", "T=[] X=1"},
        {"[X | T]", "[1 | 2]", "T=2 X=1"},
        {"[X | T]", "[]", "no"},
        {"[X, 2 | [3 | T]]", "[1, 2, 3, 4]", "T=[4] X=1"},
        {"[X | \"bc\"]", "\"abc\"", "X=97"},
        {"[X]", "a", "no"},
        {"#{a => X}", "#{a => 1}", "X=1"},
        {"#{a => X}", "#{a => 1, b => 2}", "no"},
        {"#{a => X, ...}", "#{a => 1, b => 2}", "X=1"},
        {"#{c => X, ...}", "#{a => 1, b => 2}", "no"},
        {"#{B => X}", "#{7 => 1}", "X=1"},
        {"#{...}", "#{}", ""},
        {"#{...}", "{}", "no"},
        {"Dir ++ \"/x.so\"", "\"/tmp/x.so\"", ""},
        {"Dir ++ \"/x.so\"", "\"/tmp/y.so\"", "no"},
        {"Dir ++ Rest", "\"/tmp/x.so\"", "Rest=\"/x.so\""},
        {"Dir ++ Rest", "\"/home\"", "no"},
        {"\"/tm\" ++ [C | _]", "\"/tmp\"", "C=112"},
        {"{N, N + 1}", "{1, 2}", "N=1"},
        {"{N, N + 1}", "{1, 3}", "no"},
        {"N + 1", "2", "no"},
        {"B + 1", "8", ""},
        {"B div 0", "8", "no"},
        {"[Y || Y <- [B]]", "[7]", ""},
        {"<<1, X, \"ab\", Rest/binary>>", "<<1, 2, \"abcd\">>", "Rest=<<\"cd\">> X=2"},
        {"<<1, X>>", "<<1>>", "no"},
        {"<<1, X>>", "<<1, 2, 3>>", "no"},
        {"<<X:4, Y:4>>", "<<16#ab>>", "X=10 Y=11"},
        {"<<X:16/little>>", "<<1, 2>>", "X=513"},
        {"<<X:12/little, Y:4>>", "<<16#23, 16#1f>>", "X=291 Y=15"},
        {"<<X/signed, Y>>", "<<255, 255>>", "X=-1 Y=255"},
        {"<<X:72>>", "<<1, 0, 0, 0, 0, 0, 0, 0, 0>>", "X=18446744073709551616"},
        {"<<X:72/signed>>", "<<255, 255, 255, 255, 255, 255, 255, 255, 254>>", "X=-2"},
        {"<<X/float>>", "<<63, 248, 0, 0, 0, 0, 0, 0>>", "X=1.5"},
        {"<<X:32/float, _/binary>>", "<<63, 192, 0, 0, 9>>", "X=1.5"},
        {"<<X/float>>", "<<127, 240, 0, 0, 0, 0, 0, 0>>", "no"},
        {"<<X/utf8, Y/utf8>>", "<<\"é日\"/utf8>>", "X=233 Y=26085"},
        {"<<X/utf8>>", "<<255>>", "no"},
        {"<<\"é\"/utf8, X>>", "<<195, 169, 5>>", "X=5"},
        {"<<X:2/binary, Y/binary>>", "<<1, 2, 3>>", "X=<<1,2>> Y=<<3>>"},
        {"<<X:3/bitstring, Y/bitstring>>", "<<16#e1>>", "X=<<7:3>> Y=<<1:5>>"},
        {"<<_:1, X/binary>>", "<<1, 2>>", "no"},
        {"<<-1, X>>", "<<255, 0>>", "X=0"},
        {"<<X/binary>>", "abc", "no"},
        {"{X, Y, a}", "{1, 2, b}", "no"},
    };
    for (const auto& row : all) {
        const auto& pattern = row.pattern;
        const auto& term = row.term;
        const auto& bound = row.bound;
        INFO(pattern << " against " << term);
        CHECK(matched(pattern, term, b) == bound);
    }
}

TEST_CASE("calls in patterns are made when what they need is bound") {
    const CallFunction twice = [](const std::string&, const std::string&, const std::vector<Term>& args) {
        return args[0].is(Term::Kind::integer) ? Evaluated::of(Term::integer(2 * args[0].as_integer()))
                                               : Evaluated::raise(Term::atom("badarg"));
    };
    Bindings b;
    CHECK(match(*read_expr("{N, twice(N)}"), read("{4, 8}"), b, twice));
    CHECK(b.at("N") == Term::integer(4));
    CHECK_FALSE(match(*read_expr("twice(N)"), read("9"), b, twice));
    CHECK_FALSE(match(*read_expr("twice(a)"), read("9"), b, twice));
    CHECK_FALSE(match(*read_expr("twice(M)"), read("9"), b, twice));
    CHECK(b.size() == 1);
}

TEST_CASE("parts of a shared binary do not outlive their owner") {
    Bindings b;
    {
        const Term whole = read("<<1, \"a long enough piece of bytes\">>");
        REQUIRE(match(*read_expr("<<_, Rest/binary>>"), whole, b));
    }
    CHECK(print(b.at("Rest")) == "<<\"a long enough piece of bytes\">>");
}
