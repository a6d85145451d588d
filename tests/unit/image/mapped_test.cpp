#include "image/mapped.h"

#include "image/elf_facts.h"
#include "image/loaded_image.h"
#include "specimens.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll;
using namespace ddll::image;

namespace {

// This process' own memory stands for the other one's. What is not mapped is not asked for here.
bool own_memory(std::uint64_t address, char* into, std::size_t size) {
    std::memcpy(into, reinterpret_cast<const char*>(address), size);
    return true;
}

bool nothing(std::uint64_t, char*, std::size_t) {
    return false;
}

LoadedImage loaded_library(const std::string& path) {
    auto image = LoadedImage::open(path);
    if (!image) FAIL(image.error().message);
    return std::move(*image);
}

constexpr std::uint64_t limit = 1 << 24;

} // namespace

TEST_CASE("what is mapped says what its file was") {
    for (const char* name :
         {"plain_v1", "pinned_v1", "nodelete", "thread_local", "made_shared", "versioned", "entry"}) {
        CAPTURE(name);
        const std::string path = specimen(name);
        const LoadedImage image = loaded_library(path);
        const auto bytes = bytes_as_mapped(image.identity().base, own_memory, limit);
        REQUIRE(bytes);
        const auto mapped = elf_facts_of(*bytes, path), file = read_elf_facts(path);
        REQUIRE(mapped);
        REQUIRE(file);
        CHECK(mapped->build_id == file->build_id);
        CHECK(mapped->soname == file->soname);
        CHECK(mapped->needed == file->needed);
        CHECK(mapped->flags.nodelete == file->flags.nodelete);
        REQUIRE(mapped->symbols.size() == file->symbols.size());
        for (std::size_t i = 0; i < mapped->symbols.size(); ++i) {
            CHECK(mapped->symbols[i].name == file->symbols[i].name);
            CHECK(mapped->symbols[i].unique == file->symbols[i].unique);
            CHECK(mapped->symbols[i].relocated == file->symbols[i].relocated);
        }
        CHECK(compare_with_mapped(contents(path), image.identity().base, own_memory) == Fit::same);
    }
}

TEST_CASE("a file that was written over what is mapped is told from the one that was loaded") {
    const LoadedImage image = loaded_library(specimen("plain_v1"));
    const std::uint64_t base = image.identity().base;
    std::string file = contents(specimen("plain_v1"));
    CHECK(compare_with_mapped(contents(specimen("pinned_v1")), base, own_memory) == Fit::different);
    CHECK(compare_with_mapped(file.substr(0, file.size() / 4), base, own_memory) == Fit::different);
    CHECK(compare_with_mapped("", base, own_memory) == Fit::different);
    CHECK(compare_with_mapped(std::string(file.size(), 'x'), base, own_memory) == Fit::different);
}

TEST_CASE("memory that cannot be read says nothing") {
    const LoadedImage image = loaded_library(specimen("plain_v1"));
    CHECK_FALSE(bytes_as_mapped(image.identity().base, nothing, limit));
    CHECK_FALSE(bytes_as_mapped(image.identity().base, own_memory, 64));
    CHECK(compare_with_mapped(contents(specimen("plain_v1")), image.identity().base, nothing) == Fit::unknown);
}
