#include "scenario/located_json.h"

#include "reader_support.h"

#include <doctest/doctest.h>

using namespace ddll::scenario;
using ddll::scenario::testing::line_of;

namespace {

struct Parsed {
    Document document;
    std::vector<ddll::Error> mistakes;
    const Node* root;

    explicit Parsed(std::string text, std::size_t depth = 64)
        : document(std::move(text), "f.json"), root(document.parse(mistakes, depth)) {}
};

std::string mistake_of(std::string text) {
    const Parsed parsed(std::move(text));
    CHECK(parsed.root == nullptr);
    REQUIRE(parsed.mistakes.size() == 1);
    CHECK(parsed.mistakes[0].place.file == "f.json");
    return line_of(parsed.mistakes[0]);
}

std::string at(const ddll::Place& place) {
    return fmt::format("{}:{} {}", place.line, place.column, place.pointer);
}

} // namespace

TEST_CASE("every value and key knows where it stands") {
    const Parsed p("// a comment, with \"quotes\"\n"
                   "{ \"a\" : /* here: , */ -12.5e3,\r\n"
                   "  \"b/c\":[1,2 ,\ttrue],\"d~\" :{ \"e\": \"x\\\"y\" , \"f\":null},\n"
                   "  \"g\": 0}");
    REQUIRE(p.root != nullptr);
    CHECK(p.mistakes.empty());
    const Node& a = *p.root->find("a");
    CHECK(a.floating == -12500.0);
    CHECK(at(p.document.place_of(a)) == "2:23 /a");
    CHECK(at(p.document.place_of_key(a)) == "2:3 /a");
    const Node& b = *p.root->find("b/c");
    CHECK(at(p.document.place_of(b)) == "3:9 /b~1c");
    CHECK(at(p.document.place_of(*b.children[0])) == "3:10 /b~1c/0");
    CHECK(at(p.document.place_of(*b.children[1])) == "3:12 /b~1c/1");
    CHECK(at(p.document.place_of(*b.children[2])) == "3:16 /b~1c/2");
    CHECK(p.document.text().substr(b.begin, b.end - b.begin) == "[1,2 ,\ttrue]");
    const Node& e = *p.root->find("d~")->find("e");
    CHECK(at(p.document.place_of(e)) == "3:35 /d~0/e");
    CHECK(e.text == "x\"y");
    CHECK(at(p.document.place_of(*p.root->find("d~")->find("f"))) == "3:48 /d~0/f");
    CHECK(at(p.document.place_of(*p.root->find("g"))) == "4:8 /g");
    CHECK(p.root->find("h") == nullptr);
    CHECK(a.find("a") == nullptr);
}

TEST_CASE("the mark that some editors put in front of UTF-8 is no column") {
    const Parsed p("\xEF\xBB\xBF{\"a\":1}");
    REQUIRE(p.root != nullptr);
    CHECK(at(p.document.place_of(*p.root)) == "1:1 ");
    CHECK(at(p.document.place_of(*p.root->find("a"))) == "1:6 /a");
}

TEST_CASE("numbers") {
    const Parsed p("[0, -0, 9223372036854775807, 9223372036854775808, -9223372036854775808, 1.0, 1e2]");
    REQUIRE(p.root != nullptr);
    const auto& n = p.root->children;
    REQUIRE(n.size() == 7);
    CHECK(n[0]->is(Node::Kind::integer));
    CHECK(n[2]->integer == 9223372036854775807);
    CHECK(n[3]->is(Node::Kind::floating));
    CHECK(n[4]->integer == INT64_MIN);
    CHECK(n[5]->is(Node::Kind::floating));
    CHECK(n[6]->floating == 100.0);
    CHECK(at(p.document.place_of(*n[6])) == "1:78 /6");
}

TEST_CASE("a place behind escapes") {
    //                       1234567890123456789012345678901
    const Parsed p("[\"a\\n\\u00e9\\ud83d\\ude00b\\\"c\xc3\xa9"
                   "d\"]");
    REQUIRE(p.root != nullptr);
    const Node& text = *p.root->children[0];
    CHECK(text.text == "a\n\xc3\xa9\xf0\x9f\x98\x80"
                       "b\"c\xc3\xa9"
                       "d");
    const auto column = [&](std::size_t offset) { return p.document.place_in(text, offset).column; };
    CHECK(column(0) == 3);
    CHECK(column(1) == 4); // \n
    CHECK(column(2) == 6); // the two bytes of the escaped letter
    CHECK(column(3) == 6);
    CHECK(column(4) == 12); // a surrogate pair is four bytes
    CHECK(column(7) == 12);
    CHECK(column(8) == 24);  // b
    CHECK(column(9) == 25);  // the quote
    CHECK(column(10) == 27); // c
    CHECK(column(11) == 28);
    CHECK(column(13) == 30); // d
    CHECK(column(14) == 31); // the closing quote
    CHECK(column(99) == 31);
    CHECK(p.document.place_in(text, 8).pointer == "/0");
}

TEST_CASE("a key that stands twice is a mistake, and the first one counts") {
    const Parsed p("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}");
    REQUIRE(p.root != nullptr);
    CHECK(p.root->find("a")->integer == 1);
    REQUIRE(p.mistakes.size() == 1);
    CHECK(line_of(p.mistakes[0]) == "3:2 /a: the key \"a\" stands here a second time (remove one of the two)");
}

TEST_CASE("nesting is limited") {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK(Parsed(nested(64)).root != nullptr);
    const Parsed p(nested(65));
    CHECK(p.root == nullptr);
    REQUIRE(p.mistakes.size() == 1);
    CHECK(p.mistakes[0].message == "lists and objects are nested more than 64 deep");
    CHECK(p.mistakes[0].place.column == 65);
    CHECK(Parsed(std::string(1'000'000, '[')).mistakes.size() == 1);
}

TEST_CASE("what is wrong with a text that is no JSON") {
    CHECK(mistake_of("") == "1:1: expected an object, but the file ends");
    CHECK(mistake_of("  // nothing\n") == "2:1: expected an object, but the file ends");
    CHECK(mistake_of("{") ==
          "1:2: expected a key or '}', but the file ends (the object that begins in line 1 is not closed)");
    CHECK(
        mistake_of("{\"a\"") ==
        "1:5: expected ':' between key and value, but the file ends (the object that begins in line 1 is not closed)");
    CHECK(mistake_of("{\"a\" 1}") == "1:6: expected ':' between key and value, not 1");
    CHECK(mistake_of("{\"a\" = 1}") == "1:6: expected ':' between key and value, not '='");
    CHECK(mistake_of("{\"a\":}") == "1:6: expected a value, not '}'");
    CHECK(mistake_of("{a: 1}") == "1:2: expected a key or '}', not a (keys are written in double quotes)");
    CHECK(mistake_of("{'a': 1}") == "1:2: expected a key or '}', not ''' (keys are written in double quotes)");
    CHECK(mistake_of("{\"a\": 'x'}") == "1:7: expected a value, not ''' (texts are written in double quotes)");
    CHECK(mistake_of("{\"a\": True}") == "1:7: expected a value, not True (did you mean true?)");
    CHECK(mistake_of("{\"a\": tru}") == "1:7: expected a value, not tru (did you mean true?)");
    CHECK(mistake_of("{\"a\": alice}") == "1:7: expected a value, not alice (texts are written in double quotes)");
    CHECK(mistake_of("[1,\n 2,\n]") ==
          "2:3: a comma with no value behind it (remove it: there is none in front of ']')");
    CHECK(mistake_of("{\"a\": {\"b\": 1,}}") ==
          "1:14 /a: a comma with no key behind it (remove it: there is none in front of '}')");
    CHECK(mistake_of("[1 2]") == "1:4: expected ',' or ']', not 2 (is a comma missing in front of it?)");
    CHECK(mistake_of("[1}") == "1:3: expected ',' or ']', not '}'");
    CHECK(mistake_of("[,]") == "1:2: expected a value or ']', not ','");
    CHECK(mistake_of("[1,,2]") == "1:4: expected a value, not ','");
    CHECK(mistake_of("{} {}") == "1:4: expected nothing more, not '{' (a file holds one object)");
    CHECK(mistake_of("[\"say \"hi\"\"]") ==
          "1:8: expected ',' or ']', not hi (a double quote within a text is written \\\")");
}

TEST_CASE("what is wrong with a number, a text or a comment") {
    CHECK(mistake_of("[01]") == "1:3: expected ',' or ']', not 1 (is a comma missing in front of it?)");
    CHECK(mistake_of("[-]") == "1:2: - is not a number (numbers are written 12, -3 or 0.5)");
    CHECK(mistake_of("[.5]") == "1:2: .5 is not a number (numbers are written 12, -3 or 0.5)");
    CHECK(mistake_of("[+5]") == "1:2: +5 is not a number (numbers are written 12, -3 or 0.5)");
    CHECK(mistake_of("[1.]") == "1:2: 1. is not a number (numbers are written 12, -3 or 0.5)");
    CHECK(mistake_of("[2e]") == "1:2: 2e is not a number (numbers are written 12, -3 or 0.5)");
    CHECK(mistake_of("[1e999]") == "1:2: the number 1e999 is too large");
    CHECK(mistake_of("[\"a\nb\"]") ==
          "1:2: this text does not end on its line (close it with \"; a line break is written \\n)");
    CHECK(mistake_of("[\"a\tb\"]") ==
          "1:4: the control character 0x09 in a text (write it as an escape: \\t, \\u0001)");
    CHECK(mistake_of("[\"abc") == "1:2: this text does not end (close it with \")");
    CHECK(mistake_of("[\"abc\\") == "1:2: this text does not end (close it with \")");
    CHECK(mistake_of("[\"a\\qb\"]") ==
          "1:4: this backslash begins no escape of JSON (a backslash itself is written \\\\)");
    CHECK(mistake_of("[\"\\u12g4\"]") == "1:3: \\u needs four hexadecimal digits");
    CHECK(mistake_of("[\"\\ud83d\"]") ==
          "1:3: \\ud83d is half a character (write the character itself, or both halves)");
    CHECK(mistake_of("[\"\\ude00\"]") ==
          "1:3: \\ude00 is half a character (write the character itself, or both halves)");
    CHECK(mistake_of("[\"\\ud83d\\u0041\"]") ==
          "1:3: \\ud83d is half a character (write the character itself, or both halves)");
    CHECK(mistake_of("[1, /* two\n") == "1:5: this comment does not end (close it with */)");
    CHECK(mistake_of("[1, / 2]") == "1:5: expected a value, not '/' (comments are written // and /* */)");
}

TEST_CASE("bytes that are no text") {
    CHECK(mistake_of("{\n \"a\": \"\xe9\"}") == "2:8: the byte 0xe9 is not UTF-8 here (save the file as UTF-8; a byte "
                                                "in a binary is written as a number: <<16#ff>>)");
    CHECK(mistake_of(std::string("{} \0x", 5)).starts_with("1:4: a zero byte is no part of a text file"));
    CHECK(mistake_of("// \xed\xa0\x80").starts_with("1:4: the byte 0xed is not UTF-8 here"));
}
