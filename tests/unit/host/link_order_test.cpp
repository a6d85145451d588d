#include "host/processes/link_order.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::host;

namespace {

/// The processes 10, 11, ... linked in this order, as they are told, counted from 0; -1 - N: the link to N is removed.
std::vector<int> told(const std::vector<int>& linked) {
    std::vector<LinkChange> links;
    for (const int n : linked) links.push_back({ProcessId{static_cast<std::uint64_t>(n < 0 ? 9 - n : 10 + n)}, n >= 0});
    std::vector<int> out;
    for (const Linked& link : in_tree_order(links))
        out.push_back(static_cast<int>(std::get<ProcessId>(link).value) - 10);
    return out;
}

using Order = std::vector<int>;

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

TEST_CASE("a link that is removed leaves its trace in the order of the others") {
    CHECK(told({0, 1, 2, -2}) == Order{0, 2}); // 2 stands where 1 stood
    CHECK(told({0, 2}) == Order{2, 0});
    CHECK(told({0, -1}) == Order{});
    CHECK(told({0, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5}) == Order{5});
}

TEST_CASE("the tree stays one, whatever is removed") {
    std::uint64_t state = 1;
    std::vector<LinkChange> changes;
    std::vector<bool> there(40);
    for (int i = 0; i < 3000; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const std::size_t n = (state >> 33) % there.size();
        there[n] = !there[n];
        changes.push_back({ProcessId{n + 1}, there[n]});
        if (i % 50 != 0) continue;
        std::vector<bool> found(there.size());
        for (const Linked& link : in_tree_order(changes)) found[std::get<ProcessId>(link).value - 1] = true;
        CHECK(found == there);
    }
}
