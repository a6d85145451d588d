#include "host/processes/link_order.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::host;

namespace {

/// The processes 10, 11, ... linked in this order, as they are told, counted from 0.
std::vector<int> told(const std::vector<int>& linked) {
    std::vector<Linked> links;
    for (const int n : linked) links.emplace_back(ProcessId{static_cast<std::uint64_t>(10 + n)});
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
