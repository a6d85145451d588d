#include "cli/progress.h"

#include <doctest/doctest.h>

using ddll::cli::progress_line;
using namespace std::chrono_literals;

TEST_CASE("progress tells how many, how fast and how long still") {
    CHECK(progress_line(0, 40, "played", 0s, 80) == "0/40 played");
    CHECK(progress_line(10, 40, "played", 5s, 80) == "10/40 played, 2.0/s, 15s left");
    CHECK(progress_line(1000, 9000, "judged", 10s, 80) == "1000/9000 judged, 100/s, 1min 20s left");
    CHECK(progress_line(1, 4000, "judged", 3s, 80) == "1/4000 judged, 0.3/s, 3h 19min left");
    CHECK(progress_line(40, 40, "played", 5s, 80) == "40/40 played");
}

TEST_CASE("progress stays on one line") {
    CHECK(progress_line(10, 40, "played", 5s, 12) == "10/40 played");
    CHECK(progress_line(10, 40, "played", 5s, 4) == "10/4");
}
