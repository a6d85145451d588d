#include "cli/shard.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

using namespace ddll;
using cli::Shard;

namespace {

std::string refused(const std::string& text) {
    const auto shard = cli::parse_shard("--shard", text);
    REQUIRE_FALSE(bool(shard));
    return shard.error().message;
}

} // namespace

TEST_CASE("a shard is I/N") {
    const auto shard = cli::parse_shard("--shard", "2/5");
    REQUIRE(bool(shard));
    CHECK((*shard)->index == 2);
    CHECK((*shard)->count == 5);
    for (const char* text : {"", "/", "2", "2/", "/5", "a/b", "-1/5", "+1/5", "1/5/5", " 1/5", "1/99999999999"})
        CHECK(refused(text) == "must be I/N, two numbers");
    CHECK(refused("1/0") == "N must be 1 to 100000");
    CHECK(refused("0/5") == "I must be 1 to 5");
    CHECK(refused("6/5") == "I must be 1 to 5");
}

TEST_CASE("every file falls to exactly one machine, and each gets its share") {
    constexpr std::uint32_t machines = 4;
    std::uint32_t share[machines] = {};
    for (int n = 0; n < 1000; ++n) {
        const std::string file = fmt::format("tests/scenarios/{}.json", n);
        int owners = 0;
        for (std::uint32_t i = 1; i <= machines; ++i) {
            if (!Shard{i, machines}.has(file)) continue;
            ++owners;
            ++share[i - 1];
        }
        CHECK(owners == 1);
    }
    for (const std::uint32_t files : share) CHECK((files > 150 && files < 350));
}

TEST_CASE("one file has one machine, however its path is written") {
    const std::string here = std::filesystem::current_path().string();
    for (std::uint32_t i = 1; i <= 7; ++i) {
        const bool mine = Shard{i, 7}.has("a/b.json");
        CHECK(Shard{i, 7}.has("./a/b.json") == mine);
        CHECK(Shard{i, 7}.has("a//x/../b.json") == mine);
        CHECK(Shard{i, 7}.has(here + "/a/b.json") == mine);
    }
}

TEST_CASE("the assignment is the same everywhere and for ever") {
    std::string owners;
    for (const char* file : {"a.json", "b.json", "c.json", "d.json", "tests/e.json"})
        for (std::uint32_t i = 1; i <= 5; ++i)
            if (Shard{i, 5}.has(file)) owners += std::to_string(i);
    CHECK(owners == "14335");
}
