#include "doctor/way.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::doctor;
using lifecycle::Means;
using lifecycle::Obstacle;

namespace {

NodeProcess process(std::string pid, std::string inside = "gen_server:loop/7") {
    NodeProcess out;
    out.pid = std::move(pid);
    out.inside = std::move(inside);
    return out;
}

NodeDriver held_by_a_port() {
    NodeDriver out;
    out.name = "counter";
    out.loads = {{"<0.9.0>", 1}};
    out.port_count = 1;
    out.ports = {{"#Port<0.5>", "<0.10.0>", {"<0.10.0>"}, 0}};
    return out;
}

std::vector<std::string> calls(const Way& way) {
    std::vector<std::string> out;
    for (const WayStep& step : way.steps) out.push_back((step.by.empty() ? "" : step.by + " ") + step.call);
    return out;
}

using Calls = std::vector<std::string>;

} // namespace

TEST_CASE("a pending reload happens when the port's owner closes it, or the port is killed") {
    NodeDriver driver = held_by_a_port();
    driver.awaiting_load = {{"<0.9.0>", 1}};
    const auto ways = ways_out(driver, {process("<0.9.0>"), process("<0.10.0>")});
    REQUIRE(ways.size() == 1); // by force it takes as many calls
    CHECK(ways[0].means == Means::agreement);
    CHECK(calls(ways[0]) == Calls{"<0.10.0> port_close(list_to_port(\"#Port<0.5>\"))"});
    CHECK(ways[0].dying.empty());
}

TEST_CASE("for an owner that waits inside erl_ddll a shell closes the port") {
    NodeDriver driver = held_by_a_port();
    driver.ports[0].owner = "<0.9.0>";
    driver.ports[0].links = {"<0.9.0>"};
    driver.awaiting_load = {{"<0.9.0>", 1}};
    const auto ways = ways_out(driver, {process("<0.9.0>", "erl_ddll:do_load/3")});
    REQUIRE(ways.size() == 1);
    CHECK(calls(ways[0]) == Calls{"port_close(list_to_port(\"#Port<0.5>\"))"});
}

TEST_CASE("a port with bytes in its queue is killed, whatever its owner does") {
    NodeDriver driver = held_by_a_port();
    driver.loads.clear();
    driver.ports[0].queued = 3;
    const auto ways = ways_out(driver, {process("<0.10.0>")});
    REQUIRE(ways.size() == 2);
    CHECK(ways[0].obstacle == Obstacle::draining);
    CHECK(ways[1].means == Means::force);
}

TEST_CASE("users let go, owners close, and the shorter way by force is told, too") {
    const auto ways = ways_out(held_by_a_port(), {process("<0.9.0>"), process("<0.10.0>")});
    REQUIRE(ways.size() == 2);
    CHECK(calls(ways[0]).size() == 2);
    CHECK(calls(ways[1]) == Calls{"<0.9.0> erl_ddll:try_unload(counter, [kill_ports])"});
    CHECK(ways[1].killed == std::vector<std::string>{"#Port<0.5>"});
}

TEST_CASE("ports that cannot be asked about, and permanent drivers, have no way") {
    NodeDriver driver = held_by_a_port();
    driver.port_count = 2;
    CHECK(ways_out(driver, {process("<0.9.0>"), process("<0.10.0>")})[0].obstacle == Obstacle::stuck);
    driver = held_by_a_port();
    driver.permanent = true;
    CHECK(ways_out(driver, {process("<0.9.0>"), process("<0.10.0>")})[0].obstacle == Obstacle::permanent);
}
