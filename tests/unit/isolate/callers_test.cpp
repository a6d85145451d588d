/// The part of a stack that lies outside of the executable.
#include "isolate/callers.h"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <string>

using ddll::isolate::callers_outside;

namespace {

std::array<std::uintptr_t, 8> seen;
std::size_t count = 0;

int look(const void*, const void*) {
    count = callers_outside(seen);
    return 0;
}

std::string module_of(std::uintptr_t address) {
    Dl_info info{};
    return dladdr(reinterpret_cast<void*>(address), &info) != 0 ? info.dli_fname : "";
}

// Through a pointer, so that the library's own function is called and not an inline copy of it.
void* (*volatile search)(const void*, const void*, std::size_t, std::size_t,
                         int (*)(const void*, const void*)) = std::bsearch;

} // namespace

TEST_CASE("callers in libraries are found, innermost first, and ours are left out") {
    std::array<std::uintptr_t, 8> here;
    const std::size_t without = callers_outside(here); // what started the program
    const int key = 1;
    search(&key, &key, 1, sizeof key, look);
    REQUIRE(count > without);
    CHECK(module_of(seen[0]).find("libc") != std::string::npos);
    for (std::size_t i = 0; i < count; ++i) CHECK(module_of(seen[i]).find("test-isolate") == std::string::npos);
}

TEST_CASE("no more callers than there is room for") {
    std::array<std::uintptr_t, 1> one{};
    CHECK(callers_outside(one) <= 1);
    CHECK(callers_outside({}) == 0);
}
