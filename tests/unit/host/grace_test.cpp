#include "host/probe/grace.h"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace ddll::host;

TEST_CASE("the time that is given comes to an end, and it was time to look again and again") {
    Grace grace([] { return Delays{}; });
    int looks = 0;
    while (grace.wait()) ++looks;
    CHECK(looks >= 1);
    CHECK(looks <= 50); // a quarter of a second, five milliseconds at least each
    CHECK_FALSE(grace.wait());
}

TEST_CASE("while one of those waited for has no processor, the time stands still") {
    constexpr std::int64_t hour = 3'600'000'000'000;
    std::int64_t delay = 0;
    Grace grace([&delay] { return Delays{{1, 0}, {2, delay += hour}}; });
    for (int look = 0; look < 60; ++look) REQUIRE(grace.wait());
}

TEST_CASE("the threads of a process have their delays, those of none have not") {
    CHECK(delays_of(getpid()).contains(getpid()));
    CHECK(delays_of(-1).empty());
}
