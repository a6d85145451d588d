#include "host/step.h"

#include <doctest/doctest.h>

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
