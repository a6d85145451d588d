/// Damaged files: whatever the damage, an answer. Under the sanitizers this is where a read outside shows.
#include "image/elf_facts.h"
#include "image/initial_data.h"
#include "image/loader_cache.h"

#include "specimens.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>

using namespace ddll::image;

namespace {

/// Reads it in every way; true when it was still taken for a shared object.
bool answered(const std::string& bytes) {
    const auto facts = elf_facts_of(bytes, "x.so");
    if (!facts) REQUIRE_FALSE(facts.error().message.empty());
    if (const auto data = InitialData::of(bytes, "x.so")) data->find(0xfeeeeeed);
    return static_cast<bool>(facts);
}

/// One to eight changes: bytes, words that are too large, pieces moved.
std::string mutated(std::string bytes, std::mt19937_64& random) {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    // Most of what can go wrong stands in the first pages and the dynamic section.
    for (std::size_t changes = below(8) + 1; changes > 0; --changes) {
        const std::size_t at = below(2) == 0 ? below(std::min<std::size_t>(bytes.size(), 4096)) : below(bytes.size());
        static constexpr std::array<std::uint64_t, 6> words = {0,          1,          0x7fffffff,
                                                               0xffffffff, UINT64_MAX, UINT64_MAX - 7};
        switch (below(4)) {
        case 0:
            bytes[at] = static_cast<char>(random());
            break;
        case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            break;
        case 2: {
            const std::uint64_t word = words[below(words.size())];
            std::memcpy(&bytes[at], &word, std::min<std::size_t>(sizeof word, bytes.size() - at));
            break;
        }
        default: {
            const std::size_t from = below(bytes.size());
            std::memmove(&bytes[at], &bytes[from], std::min<std::size_t>(16, bytes.size() - std::max(at, from)));
        }
        }
    }
    if (below(8) == 0) bytes.resize(below(bytes.size()) + 1);
    return bytes;
}

} // namespace

TEST_CASE("twenty thousand damaged libraries are answered") {
    std::mt19937_64 random(20'000);
    std::size_t taken = 0, refused = 0;
    for (const char* name : {"plain_v1", "pinned_v1", "relocated", "versioned", "entry"}) {
        const std::string good = contents(specimen(name));
        REQUIRE(answered(good));
        for (int i = 0; i < 4'000; ++i) ++(answered(mutated(good, random)) ? taken : refused);
    }
    // Damage of both sorts, or the test would show little.
    CHECK(taken > 1'000);
    CHECK(refused > 1'000);
}

TEST_CASE("a library that ends anywhere is answered") {
    const std::string good = contents(specimen("versioned"));
    for (std::size_t size = 0; size < good.size(); size += size < 4096 ? 1 : 97) answered(good.substr(0, size));
}

TEST_CASE("a damaged loader cache is answered") {
    std::string good = "glibc-ld.so.cache1.1";
    good += std::string("\3\0\0\0\0\1\0\0", 8) + std::string(20, '\0');
    for (int i = 0; i < 3; ++i) good += std::string("\3\3\0\0\170\0\0\0\202\0\0\0", 12) + std::string(12, '\0');
    good += std::string("libz.so.1\0/lib/libz.so.1\0", 25);
    REQUIRE(LoaderCache::parse(good).find("libz.so.1") == "/lib/libz.so.1");
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes = mutated(good, random);
        REQUIRE(LoaderCache::parse(bytes).size() <= 3);
    }
}
