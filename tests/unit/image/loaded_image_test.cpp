#include "image/loaded_image.h"

#include "image/elf_facts.h"
#include "specimens.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::image;

namespace {

LoadedImage opened(const std::string& path) {
    auto image = LoadedImage::open(path);
    if (!image) FAIL(image.error().message);
    return std::move(*image);
}

int call(const LoadedImage& image, const char* function) {
    const auto address = image.symbol(function);
    REQUIRE(address);
    return reinterpret_cast<int (*)()>(*address)();
}

} // namespace

TEST_CASE("a library is opened, asked and closed") {
    const std::string path = specimen("plain_v1");
    LoadedImage image = opened(path);
    CHECK(image.path() == path);
    CHECK_FALSE(image.was_mapped());
    CHECK_FALSE(image.differs_from_file());
    CHECK(image.identity().build_id == read_elf_facts(path)->build_id);
    CHECK(image.identity().inode != 0);
    CHECK(image.identity().size == contents(path).size());
    CHECK(call(image, "specimen_version") == 1);
    const auto address = reinterpret_cast<std::uintptr_t>(*image.symbol("specimen_version"));
    CHECK(address >= image.identity().base);
    CHECK(address < image.identity().end);
    CHECK(address - image.identity().base == read_elf_facts(path)->find("specimen_version")->value);
    const auto missing = image.symbol("no_such_function");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == path + ": undefined symbol: no_such_function");
    CHECK(image.close().gone);
}

TEST_CASE("the loader's text comes back as it is") {
    const auto missing = LoadedImage::open("/no/such/driver.so");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "/no/such/driver.so: cannot open shared object file: No such file or directory");
    const auto undefined = LoadedImage::open(specimen("undefined"));
    REQUIRE_FALSE(undefined);
    CHECK(undefined.error().message == specimen("undefined") + ": undefined symbol: function_that_nobody_has");
}

TEST_CASE("the new file runs after a proper reload") {
    TempFile file(contents(specimen("plain_v1")));
    LoadedImage old = opened(file.path());
    file.replace(contents(specimen("plain_v2")));
    CHECK(old.differs_from_file());
    CHECK(call(old, "specimen_version") == 1);
    CHECK(old.close().gone);
    LoadedImage fresh = opened(file.path());
    CHECK_FALSE(fresh.was_mapped());
    CHECK_FALSE(fresh.differs_from_file());
    CHECK(call(fresh, "specimen_version") == 2);
    CHECK(fresh.identity().build_id != old.identity().build_id);
    CHECK(fresh.identity().inode != old.identity().inode);
    CHECK(fresh.close().gone);
}

TEST_CASE("a pinned library stays, and a reload brings the old code") {
    for (const char* kind : {"pinned", "pinned_anonymous"}) {
        CAPTURE(kind);
        TempFile file(contents(specimen(std::string(kind) + "_v1")));
        LoadedImage old = opened(file.path());
        CHECK_FALSE(old.was_mapped());
        CHECK_FALSE(old.close().gone);
        file.replace(contents(specimen(std::string(kind) + "_v2")));
        LoadedImage again = opened(file.path());
        CHECK(again.was_mapped());
        CHECK(again.differs_from_file());
        CHECK(again.identity().base == old.identity().base);
        CHECK(again.identity().build_id == old.identity().build_id);
        CHECK(again.identity().inode == old.identity().inode);
        CHECK(call(again, "specimen_version") == 1);
        CHECK_FALSE(again.close().gone);
    }
}

TEST_CASE("a library marked as not deletable stays") {
    CHECK_FALSE(opened(specimen("nodelete")).close().gone);
    LoadedImage again = opened(specimen("nodelete"));
    CHECK(again.was_mapped());
    CHECK_FALSE(again.differs_from_file());
}

TEST_CASE("what differs where no build-id tells") {
    TempFile file(contents(specimen("anonymous_v1")));
    LoadedImage image = opened(file.path());
    CHECK(image.identity().build_id.empty());
    CHECK_FALSE(image.differs_from_file());
    file.replace(contents(specimen("anonymous_v1")));
    CHECK(image.differs_from_file());
    CHECK(image.close().gone);
}

TEST_CASE("one more opening of a mapped library is told") {
    LoadedImage first = opened(specimen("plain_v1"));
    LoadedImage second = opened(specimen("plain_v1"));
    CHECK_FALSE(first.was_mapped());
    CHECK(second.was_mapped());
    CHECK(second.identity().base == first.identity().base);
    CHECK(second.identity().inode == first.identity().inode);
    CHECK_FALSE(first.close().gone);
    CHECK(second.close().gone);
}
