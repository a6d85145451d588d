#include "image/symbolize.h"

#include "image/elf_facts.h"
#include "image/loaded_image.h"
#include "specimens.h"

#include <doctest/doctest.h>

using namespace ddll::image;

namespace {

std::optional<SourcePlace> place_of(const std::string& name, const char* function, std::uint64_t beyond = 0) {
    const auto facts = read_elf_facts(specimen(name));
    REQUIRE(facts);
    const ElfSymbol* symbol = facts->find(function);
    REQUIRE(symbol);
    return symbolize(specimen(name), symbol->value + beyond);
}

} // namespace

TEST_CASE("a function and its line") {
    const auto place = place_of("plain_v1", "specimen_version");
    REQUIRE(place);
    CHECK(place->function == "specimen_version");
    CHECK(place->file == "plain.c");
    CHECK(place->line == 4);
    const auto inside = place_of("plain_v1", "specimen_length", 2);
    REQUIRE(inside);
    CHECK(inside->function == "specimen_length");
    CHECK(inside->line >= 6); // or what was inlined there
    CHECK(inside->line <= 11);
}

TEST_CASE("the lines of a function, also for what was inlined into it") {
    // Version 2 multiplies; of version 1 clang leaves a jump, on a line of what was inlined.
    const auto facts = read_elf_facts(specimen("plain_v2"));
    REQUIRE(facts);
    const ElfSymbol* symbol = facts->find("specimen_length");
    REQUIRE(symbol);
    REQUIRE(symbol->size > 4);
    for (std::uint64_t beyond = 0; beyond < symbol->size; ++beyond) {
        const auto lines = function_lines(specimen("plain_v2"), symbol->value + beyond);
        REQUIRE(lines);
        CHECK(lines->file == "plain.c");
        CHECK(lines->path.ends_with("/plain.c"));
        CHECK(lines->first == 10);
        CHECK(lines->last >= 11); // whether the brace has code of its own is the compiler's choice
        CHECK(lines->last <= 12);
    }
    CHECK_FALSE(function_lines(specimen("stripped"), symbol->value));
    CHECK_FALSE(function_lines(specimen("plain_v2"), 0x7fffffff));
    CHECK_FALSE(function_lines("/no/such/file.so", 0x1000));
}

TEST_CASE("C++ names are readable") {
    const auto place = place_of("made_shared", "driver_init");
    REQUIRE(place);
    CHECK(place->function == "driver_init");
    CHECK(place->file == "made_shared.cpp");
}

TEST_CASE("a stripped library still has the names it exports") {
    const auto place = place_of("stripped", "specimen_length", 2);
    REQUIRE(place);
    CHECK(place->function == "specimen_length");
    CHECK(place->file.empty());
    CHECK(place->line == 0);
}

TEST_CASE("where nothing is there is no place") {
    CHECK_FALSE(symbolize(specimen("plain_v1"), 0x7fffffff));
    CHECK_FALSE(symbolize("/no/such/file.so", 0x1000));
    const TempFile text("no ELF file");
    CHECK_FALSE(symbolize(text.path(), 0));
    std::string whole = contents(specimen("plain_v1"));
    TempFile cut(whole);
    for (std::size_t length = whole.size(); length > 64; length -= 61) {
        cut.truncate(length);
        const auto place = symbolize(cut.path(), 0x1110);
        if (place) CHECK(place->line >= 0);
    }
}
