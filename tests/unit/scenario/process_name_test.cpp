#include "scenario/process_name.h"

#include <doctest/doctest.h>

using namespace ddll::scenario;

TEST_CASE("a process is the value of its name with a capital") {
    CHECK(process_variable("alice") == "Alice");
    CHECK(process_variable("P1") == "P1");
    CHECK(process_variable("").empty());
    CHECK(is_process_name("alice_2B"));
    for (const char* wrong : {"", "Alice", "2b", "_a", "a-b", "a b", "al\xc3\xafs"}) CHECK(!is_process_name(wrong));
}
