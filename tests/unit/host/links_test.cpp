/// The order in which links are told against what was measured, and links against the plain list that they stand for.
#include "host/processes/links.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace ddll;
using host::Leaving;
using host::Linked;
using host::Links;

namespace {

using Order = std::vector<int>;

/// N: the process 10 + N is linked, or the port N - 100 of those from 100 on; -1 - N: the link to N is removed.
Linked linked(int n) {
    if (n >= 100) return PortId{static_cast<std::uint64_t>(n - 100 + 1)};
    return ProcessId{static_cast<std::uint64_t>(10 + n)};
}

Order order_of(const Links& links) {
    Order out;
    for (const Linked& link : links.in_order()) {
        const auto* process = std::get_if<ProcessId>(&link);
        out.push_back(static_cast<int>(process != nullptr ? process->value - 10 : std::get<PortId>(link).value + 99));
    }
    return out;
}

Order told(const std::vector<int>& changes) {
    Links links;
    for (const int n : changes)
        if (n < 0)
            links.remove(linked(-1 - n));
        else
            links.add(linked(n));
    return order_of(links);
}

std::vector<Linked> sorted(std::vector<Linked> links) {
    std::ranges::sort(links);
    return links;
}

} // namespace

TEST_CASE("links are told in the order that was measured on OTP 25") {
    CHECK(told({}) == Order{});
    CHECK(told({0}) == Order{0});
    CHECK(told({0, 1}) == Order{1, 0});
    CHECK(told({1, 0}) == Order{0, 1});
    CHECK(told({0, 1, 2}) == Order{0, 2, 1});
    CHECK(told({2, 1, 0}) == Order{0, 2, 1});
    CHECK(told({0, 1, 2, 3, 4}) == Order{0, 2, 4, 3, 1});
    CHECK(told({0, 1, 2, 3, 4, 5}) == Order{0, 2, 5, 4, 3, 1});
    CHECK(told({5, 4, 3, 2, 1, 0}) == Order{0, 1, 3, 2, 5, 4});
    CHECK(told({0, 1, 2, 3, 4, 5, 6, 7}) == Order{0, 2, 1, 4, 7, 6, 5, 3});
    CHECK(told({7, 6, 5, 4, 3, 2, 1, 0}) == Order{0, 1, 3, 2, 5, 7, 6, 4});
}

TEST_CASE("processes stand before ports in the tree, whatever their numbers are") {
    CHECK(told({100, 0, 101}) == Order{0, 101, 100});
    CHECK(told({0, 100, 1}) == Order{0, 100, 1});
}

TEST_CASE("a link that is removed leaves its trace in the order of the others") {
    CHECK(told({0, 1, 2, -2}) == Order{0, 2}); // 2 stands where 1 stood
    CHECK(told({0, 2}) == Order{2, 0});
    CHECK(told({0, -1}) == Order{});
    CHECK(told({0, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5}) == Order{5});
}

// Each is a history of a process on a node, and what it told in the end; scripts that made thousands of them agreed.
TEST_CASE("long histories end as they did on OTP 25") {
    CHECK(told({4,    108, 2,   5,    103, 6,  109, 105, -6, -5, 1,  -104, 9,    107, -10, 100, 8,   7, 4,   -8,
                -108, 0,   104, -109, -3,  -1, -9,  2,   8,  5,  -5, 4,    -101, 102, -5,  106, 108, 9, -110}) ==
          Order{1, 5, 2, 9, 8, 104, 102, 106, 108, 105, 6});
    CHECK(told({5, 102, 3, 109, -110, 8,  -6, 9, 103, 1,   -2,  -103, 107, 106,  100,
                5, 109, 0, 4,   -110, -5, 1,  2, 6,   108, 101, -109, -9,  -102, 109}) ==
          Order{0, 2, 1, 6, 5, 3, 100, 106, 109, 107, 103, 9});
    CHECK(told({101, 107, -108, 100, 5, 8,  106, 0,    3, 105, 9, 109, 7,   102, -10, -110, 107,
                1,   103, -102, -2,  6, -7, -4,  -108, 6, 2,   4, 107, 104, -8,  -1,  -6}) ==
          Order{4, 2, 8, 6, 102, 104, 103, 107, 106, 105, 100});
    CHECK(told({1,   102, 0,    108, 7,    100, 2, 105, 8,  109,  5,    -1,   0,    106, 6, -2, -8,
                107, -9,  -108, 107, -101, 8,   1, 100, -7, -108, -106, -107, -109, -3,  2, 104}) ==
          Order{0, 2, 5, 1, 100, 104, 109, 102, 8});
}

TEST_CASE("a link that leaves is not there, and keeps its place until it is let go") {
    Links links;
    for (const int n : {0, 1, 2}) links.add(linked(n));
    links.leave(linked(1));
    CHECK_FALSE(links.contains(linked(1)));
    CHECK(links.size() == 2);
    CHECK(order_of(links) == Order{0, 2});
    CHECK(links.add(linked(1)));
    CHECK(order_of(links) == Order{0, 2, 1}); // as if nothing had been
    links.leave(linked(1));
    links.release(Leaving::ports);
    CHECK(links.add(linked(1)));
    CHECK(order_of(links) == Order{0, 2, 1});
    links.leave(linked(1));
    links.release(Leaving::all);
    CHECK(links.add(linked(1)));
    CHECK(order_of(links) == told({0, 1, 2, -2, 1}));
    links.leave(linked(0));
    links.leave(linked(1));
    links.leave(linked(2));
    CHECK(links.empty());
    links.release(Leaving::all);
    CHECK(order_of(links).empty());
}

TEST_CASE("each other end is there once") {
    Links links;
    CHECK(links.empty());
    CHECK(links.add(PortId{5}));
    CHECK(links.add(ProcessId{5}));
    CHECK_FALSE(links.add(PortId{5}));
    links.remove(ProcessId{5});
    links.remove(ProcessId{6});
    CHECK(links.size() == 1);
    CHECK(links.contains(PortId{5}));
    CHECK_FALSE(links.contains(ProcessId{5}));
    links.clear();
    CHECK(links.empty());
    CHECK_FALSE(links.contains(PortId{5}));
    CHECK(links.in_order().empty());
}

TEST_CASE("many links added and removed in any order are those of a plain list") {
    std::mt19937 random(7);
    for (const std::uint32_t add_of_8 : {6U, 4U, 2U}) { // mostly growing, and mostly shrinking
        Links links;
        std::vector<Linked> plain;
        for (int i = 0; i < 400; ++i) {
            links.add(PortId{1000U + static_cast<std::uint64_t>(i)});
            plain.push_back(PortId{1000U + static_cast<std::uint64_t>(i)});
        }
        for (int i = 0; i < 4000; ++i) {
            if (random() % 8 < add_of_8) {
                const Linked other =
                    random() % 2 == 0 ? Linked(PortId{1 + random() % 500}) : Linked(ProcessId{1 + random() % 500});
                const bool is_new = std::find(plain.begin(), plain.end(), other) == plain.end();
                CHECK(links.add(other) == is_new);
                if (is_new) plain.push_back(other);
            } else if (!plain.empty()) {
                const Linked other = plain[random() % plain.size()];
                links.remove(other);
                std::erase(plain, other);
            }
            REQUIRE(links.size() == plain.size());
            if (i % 50 == 0) REQUIRE(sorted(links.in_order()) == sorted(plain));
        }
        CHECK(sorted(links.in_order()) == sorted(plain));
    }
}
