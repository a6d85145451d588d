#include "helpers.h"
#include "recorded.h"

using namespace ddll::term;

TEST_CASE("print writes what io:format(\"~0p\") writes, and parse reads it") {
    for (const auto& row : recorded_terms) {
        const std::string text = row.text;
        const std::string external = row.external;
        INFO(text);
        const auto decoded = decode(from_hex(external));
        REQUIRE(decoded.has_value());
        CHECK(print(decoded->term) == text);
        CHECK(read(text) == decoded->term);
    }
}

TEST_CASE("other ways to write terms") {
    const auto same = [](std::string_view text, std::string_view printed) {
        INFO(text);
        CHECK(print(read(text)) == printed);
    };
    same("$a", "97");
    same("$\\n", "10");
    same("$ ", "32");
    same("$\\s", "32");
    same("$é", "233");
    same("$\\^A", "1");
    same("$\\x41", "65");
    same("$\\x{1F600}", "128512");
    same("16#ff", "255");
    same("16#FF_FF", "65535");
    same("2#101", "5");
    same("36#zz", "1295");
    same("1_000_000", "1000000");
    same("-1", "-1");
    same("- 1", "-1");
    same("+1", "1");
    same("- -1", "1");
    same("16#ffffffffffffffffffff", "1208925819614629174706175");
    same("1.5E3", "1.5e3");
    same("1.5e+3", "1.5e3");
    same("1_0.2_5", "10.25");
    same("1.0e-400", "0.0");
    same("\"abc\" \"def\"\n\"g\"", "\"abcdefg\"");
    same("\"\"", "[]");
    same("\"a\\x{e9}\\101\\\n\"", "\"aéA\\n\"");
    same("\"日本\"", "[26085,26412]");
    same("'hello world'", "'hello world'");
    same("'hello'", "hello");
    same("'\\x{65e5}'", "'\\x{65E5}'");
    same("{ok , pending_driver, % a comment, with 'quotes\n 1}", "{ok,pending_driver,1}");
    same("[a|[b|[c]]]", "[a,b,c]");
    same("[a|b]", "[a|b]");
    same("[1|\"a\"]", "[1,97]");
    same("((a))", "a");
    same("#{b => 1, a => 2, b => 3}", "#{a => 2,b => 3}");
    same("<<\"abc\">>", "<<\"abc\">>");
    same("<<\"é\">>", "<<\"é\">>");
    same("<<\"é\"/utf8>>", "<<\"Ã©\">>");
    same("<<\"日\"/utf8>>", "<<230,151,165>>");
    same("<<\"日\">>", "<<\"å\">>");
    same("<<233/utf8>>", "<<\"Ã©\">>");
    same("<<1:3>>", "<<1:3>>");
    same("<<1:3, 1:5>>", "<<\"!\">>");
    same("<<258:16>>", "<<1,2>>");
    same("<<258:16/little>>", "<<2,1>>");
    same("<<16#123:12/little>>", "<<35,1:4>>");
    same("<<-1:16>>", "<<\"ÿÿ\">>");
    same("<<-2:80>>", "<<\"ÿÿÿÿÿÿÿÿÿþ\">>");
    same("<<\"ab\":16>>", "<<0,97,0,98>>");
    same("<<1.5:32/float>>", "<<63,192,0,0>>");
    same("<<1.5/float>>", "<<63,248,0,0,0,0,0,0>>");
    same("<<1/float-little>>", "<<0,0,0,0,0,0,240,63>>");
    same("<<(<<1,2,3>>):2/binary, 4>>", "<<1,2,4>>");
    same("<<1:1, <<2>>/binary>>", "<<129,0:1>>");
    same("<<(<<5:3>>)/bitstring>>", "<<5:3>>");
    same("<<\"\">>", "<<>>");
    same("<0.80.0>", "<0.80.0>");
    same("#Port<0.5>", "#Port<0.5>");
    same("#Ref<0.0.0.7>", "#Ref<0.0.0.7>");
}

TEST_CASE("errors name the place and what was expected") {
    struct Wrong {
        std::string_view text, message;
        int line, column;
    };
    static constexpr Wrong all[] = {
        {"", "expected a term, found the end of the text", 1, 1},
        {"{ok,\n  pending driver}", "expected ',' or '}', found the atom driver", 2, 11},
        {"{a,}", "expected a term, found '}'", 1, 4},
        {"[a,]", "expected a term, found ']'", 1, 4},
        {"[a b]", "expected ',', '|' or ']', found the atom b", 1, 4},
        {"[a|b,c]", "expected ']', found ','", 1, 5},
        {"[|a]", "expected a term, found '|'", 1, 2},
        {"a b", "expected the end of the text, found the atom b", 1, 3},
        {"X", "expected a term, found the variable X", 1, 1},
        {"{ok, ...}", "expected a term, found '...'", 1, 6},
        {"f(x)", "expected the end of the text, found '('", 1, 2},
        {"1 + 2", "expected the end of the text, found '+'", 1, 3},
        {"-a", "expected a number after '-'", 1, 1},
        {"end", "'end' is a reserved word", 1, 1},
        {"'abc", "this atom is not closed: expected \"'\"", 1, 1},
        {"{1,\n \"abc\n", "this string is not closed: expected '\"'", 2, 2},
        {"16#fg", "'g' does not belong to this number", 1, 5},
        {"16#", "expected a digit of base 16", 1, 4},
        {"37#1", "the base of a number is 2 to 36", 1, 3},
        {"1e5", "'e' does not belong to this number", 1, 2},
        {"1.0e", "expected the digits of an exponent", 1, 4},
        {"1.0e999", "this number is too large for a float", 1, 1},
        {"\"\\x{110000}\"", "\\x{...} is above 16#10FFFF, the last character of Unicode", 1, 10},
        {"\"\\x{d800}\"", "\\x{...} names a surrogate, which is no character", 1, 10},
        {"\"\\xg\"", "expected a hexadecimal digit", 1, 4},
        {"#{a}", "expected '=>', found '}'", 1, 4},
        {"#a", "expected '{' of a map, found the atom a", 1, 2},
        {"<<a>>", "expected a number, string, variable or an expression in parentheses, found the atom a", 1, 3},
        {"<<1:a>>", "expected a size, a number, found the atom a", 1, 5},
        {"<<1/foo>>",
         "expected integer, float, binary, bitstring, utf8, little, big, native, signed or unsigned, found the atom "
         "foo",
         1, 5},
        {"<<1.5>>", "a value in this binary does not fit its type", 1, 1},
        {"<<55296/utf8>>", "a value in this binary does not fit its type", 1, 1},
        {"<<1.0:16/float>>", "the size of a float is 32 or 64", 1, 6},
        {"<<0:999999999999>>", "this size is too large", 1, 4},
        {"<<1", "expected ',' or '>>', found the end of the text", 1, 4},
        {"#Port<1.5>", "expected #Port<0.N>, as it is printed", 1, 1},
        {"#Ref<0.1>", "expected #Ref<0.A.B.C>, as it is printed", 1, 1},
        {"#Pid<foreign:00>", "expected <0.N.0>, as it is printed", 1, 1},
        {"#Fun<x>", "functions cannot be written as terms", 1, 1},
        {"a \xFF", "the text is not valid UTF-8 here", 1, 3},
        {"\"\xC3\"", "the text is not valid UTF-8 here", 1, 2},
        {"a ~", "'~' has no meaning here", 1, 3},
        {"a \x01", "character 1 has no meaning here", 1, 3},
    };
    for (const auto& row : all) {
        const auto& text = row.text;
        const auto& message = row.message;
        const auto& line = row.line;
        const auto& column = row.column;
        INFO(text);
        const auto result = parse(text);
        REQUIRE_FALSE(bool(result));
        CHECK(result.error().message == message);
        CHECK(result.error().place.line == line);
        CHECK(result.error().place.column == column);
    }
}

TEST_CASE("atoms have at most 255 characters") {
    CHECK(read(std::string(255, 'a')).as_atom().size() == 255);
    const auto bare = parse(std::string(256, 'a')), quoted = parse("{'" + std::string(256, 'a') + "'}");
    REQUIRE_FALSE(bool(bare));
    REQUIRE_FALSE(bool(quoted));
    CHECK(bare.error().message == "an atom has at most 255 characters");
    CHECK(quoted.error().message == "an atom has at most 255 characters");
    CHECK(quoted.error().place.column == 2);
}

TEST_CASE("nesting is bounded") {
    CHECK(print(read(brackets(198))).size() == 2 * 198);
    for (const auto& text : {brackets(201), brackets(100'000), std::string(5'000'000, '['), std::string(5'000'000, '{'),
                             std::string(5'000'000, '('), std::string(100'000, '-'), std::string(100'000, '<')}) {
        const auto result = parse(text);
        REQUIRE_FALSE(bool(result));
        if (text[0] == '-' || text[0] == '<') continue;
        CHECK(result.error().message == "nested more than 200 deep");
    }
    std::string minuses;
    for (int i = 0; i < 100'000; ++i) minuses += "- ";
    CHECK(parse(minuses + "1").error().message == "nested more than 200 deep");
}

TEST_CASE("long texts are read") {
    std::string text = "[";
    for (int i = 0; i < 100'000; ++i) text += "{a,1},";
    text += "b]";
    CHECK(read(text).items().size() == 100'001);
    CHECK(read("\"" + std::string(1'000'000, 'x') + "\"").items().size() == 1'000'000);
    const auto digits = parse(std::string(1'000'001, '7'));
    REQUIRE_FALSE(bool(digits));
    CHECK(digits.error().message == "a number has at most 1000000 digits");
}

TEST_CASE("pids, ports and references may have names") {
    const Namer namer = [](const Term& t) -> std::optional<std::string> {
        if (t == Term::pid(std::uint64_t{80})) return "Alice";
        return std::nullopt;
    };
    CHECK(print(read("{<0.80.0>, <0.81.0>, #Port<0.5>}"), namer) == "{Alice,<0.81.0>,#Port<0.5>}");
}

TEST_CASE("numbers of pids and references spread over the parts of their text") {
    CHECK(print(Term::pid(std::uint64_t{32768})) == "<0.0.1>");
    CHECK(print(Term::reference(std::uint64_t{262144})) == "#Ref<0.0.1.0>");
    for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{262143}, std::uint64_t{1} << 50, UINT64_MAX}) {
        CHECK(read(print(Term::pid(n))).as_pid() == n);
        CHECK(read(print(Term::port(n))).as_port() == n);
        CHECK(read(print(Term::reference(n))).as_reference() == n);
    }
}
