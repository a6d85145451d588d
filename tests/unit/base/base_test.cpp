#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

using namespace ddll;

TEST_CASE("durations are read exactly") {
    const auto ns = [](std::string_view text) {
        const auto d = parse_duration(text);
        return d ? d->ns : -1;
    };
    CHECK(ns("0") == 0);
    CHECK(ns("0ms") == 0);
    CHECK(ns("250ms") == 250'000'000);
    CHECK(ns("1.5s") == 1'500'000'000);
    CHECK(ns("20us") == 20'000);
    CHECK(ns("7ns") == 7);
    CHECK(ns("3min") == 180'000'000'000);
    CHECK(ns("0.001ms") == 1'000);
    for (const char* bad :
         {"", "5", "-1ms", "ms", "1 fortnight", "1ms2", "1..5s", "99999999999999999999s", "nan", "1e3s"}) {
        CAPTURE(std::string(bad));
        const auto d = parse_duration(bad);
        CHECK_FALSE(bool(d));
        if (!d) CHECK(!d.error().message.empty());
    }
}

TEST_CASE("durations are written in the shortest form, and read back") {
    CHECK(to_string(Duration{0}) == "0ms");
    CHECK(to_string(milliseconds(250)) == "250ms");
    CHECK(to_string(milliseconds(1500)) == "1.5s");
    for (const std::int64_t n : {std::int64_t{1}, std::int64_t{999}, std::int64_t{1'000}, std::int64_t{1'234'567},
                                 std::int64_t{60'000'000'000}, std::int64_t{61'000'000'001}}) {
        const auto text = to_string(Duration{n});
        CAPTURE(text);
        const auto back = parse_duration(text);
        REQUIRE(bool(back));
        CHECK(back->ns == n);
    }
    CHECK((VirtualTime{5} + Duration{7}).ns == 12);
    CHECK((VirtualTime{5} - VirtualTime{7}).ns == -2);
    CHECK(milliseconds(1) < milliseconds(2));
}

TEST_CASE("the nearest word, or none") {
    const std::array<std::string_view, 4> words = {"returns", "receives", "raises", "blocks"};
    CHECK(nearest("retruns", words) == "returns");
    CHECK(nearest("RETURNS", words) == "returns");
    CHECK(nearest("recieves", words) == "receives");
    CHECK(nearest("block", words) == "blocks");
    CHECK_FALSE(nearest("elephant", words).has_value());
    CHECK_FALSE(nearest("returns", {}).has_value());
}

TEST_CASE("lists in words") {
    const std::array<std::string_view, 3> words = {"a", "b", "c"};
    CHECK(one_of(std::span(words).first(1)) == "a");
    CHECK(one_of(std::span(words).first(2)) == "a or b");
    CHECK(one_of(words) == "a, b or c");
}

TEST_CASE("UTF-8, there and back") {
    for (const char32_t c : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000', U'\xffff',
                             U'\x10000', U'\x10ffff'}) {
        std::string text;
        REQUIRE(append_utf8(text, c));
        CHECK(valid_utf8(text));
        std::string_view rest = text;
        CHECK(take_utf8(rest) == c);
        CHECK(rest.empty());
    }
    std::string text = "x";
    CHECK_FALSE(append_utf8(text, 0xd800));
    CHECK_FALSE(append_utf8(text, 0xdfff));
    CHECK_FALSE(append_utf8(text, 0x110000));
    CHECK(text == "x");
    for (const std::string_view bad :
         {"\x80", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xff", "a\xc3"}) {
        CHECK_FALSE(valid_utf8(bad));
    }
    CHECK(valid_utf8(""));
    std::string_view broken = "\xff!";
    CHECK_FALSE(take_utf8(broken).has_value());
    CHECK(latin1_to_utf8("a\xe9\xff") == "a\xc3\xa9\xc3\xbf");
}

TEST_CASE("a file's bytes, or why not") {
    char path[] = "/tmp/ddll-base-XXXXXX";
    const int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    close(fd);
    std::ofstream(path, std::ios::binary) << std::string("one\0two", 7);
    const auto all = read_file(path, 7);
    REQUIRE(bool(all));
    CHECK(*all == std::string("one\0two", 7));
    const auto small = read_file(path, 6);
    REQUIRE_FALSE(bool(small));
    CHECK(small.error().message.find(path) != std::string::npos);
    unlink(path);
    const auto gone = read_file(path, 7);
    REQUIRE_FALSE(bool(gone));
    CHECK(gone.error().message.find(path) != std::string::npos);
    CHECK(gone.error().message.find("No such file") != std::string::npos);
}

TEST_CASE("a result is a value or an error with notes, innermost first") {
    Result<std::unique_ptr<int>> value(std::make_unique<int>(7));
    REQUIRE(bool(value));
    CHECK(**value == 7);
    const std::unique_ptr<int> moved = *std::move(value);
    CHECK(*moved == 7);

    Result<int> failed = error("it broke", "mend it").with("in here").with("out there");
    REQUIRE_FALSE(bool(failed));
    CHECK(failed.error().message == "it broke");
    CHECK(failed.error().hint == "mend it");
    CHECK(failed.error().notes == std::vector<std::string>{"in here", "out there"});
    const Error first = error("e");
    const Error noted = first.with("n");
    CHECK(first.notes.empty());
    CHECK(noted.notes.size() == 1);

    CHECK(bool(Result<void>()));
    const Result<void> nothing = error("no");
    CHECK_FALSE(bool(nothing));
    CHECK(nothing.error().message == "no");
}
