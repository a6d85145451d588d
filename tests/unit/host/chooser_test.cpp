#include "host/step.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using namespace ddll::host;

namespace {

std::vector<std::size_t> choices(std::uint64_t seed, std::size_t ready) {
    const std::vector<Step> steps(ready, Step{Step::Kind::timeout, 1});
    Shuffled chooser(seed);
    std::vector<std::size_t> made;
    for (int i = 0; i < 100; ++i) made.push_back(chooser.choose(steps));
    return made;
}

} // namespace

TEST_CASE("a seed always makes the same choices, and another one others") {
    CHECK(choices(7, 3) == choices(7, 3));
    CHECK(choices(7, 3) != choices(8, 3));
}

TEST_CASE("every step that is ready may be chosen, and nothing else") {
    const auto made = choices(1, 5);
    CHECK(std::set<std::size_t>(made.begin(), made.end()) == std::set<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("where there is no choice the seed changes nothing") {
    CHECK(choices(3, 1) == std::vector<std::size_t>(100, 0));
}

TEST_CASE("each order of kinds is another, and keeps the order within a kind") {
    const std::vector<Step> steps = {{Step::Kind::timeout, 1},     {Step::Kind::timeout, 2},
                                     {Step::Kind::ready_input, 3}, {Step::Kind::ready_output, 4},
                                     {Step::Kind::async_end, 5},   {Step::Kind::thread, 6}};
    std::set<std::vector<std::uint64_t>> orders;
    for (unsigned order = 0; order < OneOrderOfKinds::orders; ++order) {
        OneOrderOfKinds chooser(order);
        std::vector<Step> left = steps;
        std::vector<std::uint64_t> taken;
        while (!left.empty()) {
            const auto next = left.begin() + static_cast<long>(chooser.choose(left));
            taken.push_back(next->subject);
            left.erase(next);
        }
        for (const std::uint64_t first : {1, 3, 5}) {
            const auto at = std::find(taken.begin(), taken.end(), first);
            CHECK(*(at + 1) == first + 1);
        }
        orders.insert(taken);
    }
    CHECK(orders.size() == OneOrderOfKinds::orders);
    CHECK(orders.contains({1, 2, 3, 4, 5, 6}));
}
