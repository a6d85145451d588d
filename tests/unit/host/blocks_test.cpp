#include "base/sanitized.h"
#include "host/probe/blocks.h"
#include "host/probe/held.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace ddll::host;

namespace {

Piece piece(std::uintptr_t address, std::size_t size, std::uintptr_t site = 0) {
    Piece out;
    out.address = address;
    out.size = size;
    out.site = site;
    return out;
}

/// "10+5 20+5": where the ranges begin, and how long they are.
std::string shown(RangeList& ranges) {
    std::string out;
    ranges.each([&](const Piece& p) {
        out += (out.empty() ? "" : " ") + std::to_string(p.address) + "+" + std::to_string(p.size);
    });
    return out;
}

} // namespace

TEST_CASE("a table of blocks gives what it was given") {
    BlockTable table;
    std::map<std::uintptr_t, std::size_t> model;
    std::uint64_t random = 1;
    for (int i = 0; i < 200'000; ++i) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        const std::uintptr_t address = 0x5000'0000 + (random >> 50) * 16;
        if (((random >> 20) & 1) != 0) {
            table.add(piece(address, static_cast<std::size_t>(i)));
            model[address] = static_cast<std::size_t>(i);
        } else {
            const auto seen = table.find(address);
            const auto found = table.take(address);
            const auto it = model.find(address);
            REQUIRE(found.has_value() == (it != model.end()));
            REQUIRE(seen.has_value() == found.has_value());
            REQUIRE(seen.value_or(Piece{}).size == found.value_or(Piece{}).size);
            if (!found) continue;
            REQUIRE(found->size == it->second);
            model.erase(it);
        }
        REQUIRE(table.count() == model.size());
    }
    std::size_t seen = 0;
    table.each([&](const Piece& p) { seen += model.at(p.address) == p.size ? 1 : 0; });
    CHECK(seen == model.size());
}

TEST_CASE("a range that is cut leaves what lies beside the cut") {
    RangeList ranges;
    ranges.add(piece(100, 50));
    ranges.add(piece(10, 20));
    ranges.add(piece(200, 10));
    CHECK(shown(ranges) == "10+20 100+50 200+10");
    ranges.cut(110, 10);
    CHECK(shown(ranges) == "10+20 100+10 120+30 200+10");
    ranges.cut(0, 105);
    CHECK(shown(ranges) == "105+5 120+30 200+10");
    ranges.cut(140, 65);
    CHECK(shown(ranges) == "105+5 120+20 205+5");
    ranges.add(piece(100, 30));
    CHECK(shown(ranges) == "100+30 130+10 205+5");
    CHECK(ranges.find(129)->address == 100);
    CHECK(!ranges.find(140).has_value());
    for (std::uintptr_t i = 0; i < 3000; ++i) ranges.add(piece(10'000 + 2 * i, 1));
    CHECK(ranges.count() == 3003);
    ranges.cut(0, 100'000);
    CHECK(ranges.count() == 0);
}

TEST_CASE("what one place has more is no growth where another has less") {
    HeldBySite before, now;
    const Site old_place{1, 10, false}, new_place{1, 20, false}, mapping{1, 20, true};
    before[old_place] = {4096, 1};
    now[new_place] = {4096, 1};
    CHECK(grown(before, now).empty());
    now[new_place] = {5000, 40};
    REQUIRE(grown(before, now).size() == 1);
    CHECK(grown(before, now).front().bytes == 904);
    now[mapping] = {4096, 2};
    REQUIRE(grown(before, now).size() == 2);
    CHECK(grown(before, now).front().site.mapping);
}

// A sanitizer's own records lie among the data of the process and refer to all blocks; check does not look for lost
// ones there either: it is told of none.
TEST_CASE("memory that something refers to is not lost" * doctest::skip(ddll::sanitized)) {
    // Whatever remembers an address here would keep it: they are hidden.
    constexpr std::uintptr_t mask = 0x5555'5555'5555'5555;
    constexpr std::size_t count = 20;
    [[maybe_unused]] static void* volatile kept[count]; // read by lost() alone
    // Of memory that nobody had before: what lies about in the process may look like a pointer to where others were.
    constexpr std::size_t words = 8;
    void* const fresh =
        mmap(nullptr, 2 * count * words * sizeof(void*), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(fresh != MAP_FAILED);
    std::vector<std::uintptr_t> hidden;
    for (std::size_t i = 0; i < 2 * count; ++i) {
        auto* block = static_cast<void**>(fresh) + i * words;
        if (i % 2 == 0) kept[i / 2] = block + 1; // into its midst
        hidden.push_back(reinterpret_cast<std::uintptr_t>(block) ^ mask);
    }
    Pieces pieces{PageArray<Piece>(2 * count), 0};
    for (std::size_t i = 0; i < 2 * count; ++i) {
        Piece one = piece(hidden[i] ^ mask, 64, i % 2 == 0 ? 1 : 2);
        one.owner = 1;
        one.call = static_cast<std::uint32_t>(10 + i);
        pieces.all[pieces.count++] = one;
    }
    const auto found = lost(pieces, 1, 10);
    REQUIRE(found.size() == 1);
    CHECK(found.front().site.place == 2);
    CHECK(found.front().calls >= count / 2); // a word on the stack may look like one
    CHECK(lost(pieces, 2, 10).empty());
    CHECK(lost(pieces, 1, 100).empty());
    munmap(fresh, 2 * count * words * sizeof(void*));
}
