#include "scenario/patience.h"

#include <doctest/doctest.h>

using namespace ddll::scenario;
using namespace std::chrono_literals;

namespace {

constexpr Patience::Time begin{1h};

} // namespace

TEST_CASE("a run that gets on is waited for until its time is over") {
    Patience patience(10s, begin + 15s, begin);
    CHECK(patience.deadline(1, begin + 8s) == begin + 18s);
    CHECK(patience.deadline(2, begin + 14s) == begin + 24s);
    CHECK_FALSE(patience.left_out());
    CHECK(patience.deadline(3, begin + 16s) <= begin + 16s);
    CHECK(patience.left_out());
}

TEST_CASE("a run that does not get on is stuck, also when its time would have been over before that") {
    Patience patience(10s, begin + 2s, begin);
    CHECK(patience.deadline(1, begin + 1s) == begin + 11s);
    CHECK(patience.deadline(1, begin + 3s) == begin + 11s);
    CHECK(patience.deadline(1, begin + 12s) == begin + 11s);
    CHECK_FALSE(patience.left_out());
}

TEST_CASE("without an end of its time a run is only ever stuck") {
    Patience patience(10s, {}, begin);
    for (unsigned i = 1; i < 100; ++i) CHECK(patience.deadline(i, begin + i * 9s) == begin + i * 9s + 10s);
    CHECK_FALSE(patience.left_out());
}
