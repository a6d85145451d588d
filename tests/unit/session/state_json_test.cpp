#include "session/state.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ddll;
using namespace ddll::session;

namespace {

State sample() {
    State state;
    state.now.ns = 250;
    ProcessState alice;
    alice.name = "alice";
    alice.person.id = ProcessId{80};
    alice.person.trap_exit = true;
    alice.person.uses_drivers = true;
    alice.person.links = {ProcessId{81}};
    alice.wait = {Wait::Kind::message, 9};
    alice.person.waits = true;
    ProcessState bob;
    bob.name = "bob";
    bob.person.id = ProcessId{81};
    bob.alive = false;
    bob.reason = "killed";
    state.processes = {alice, bob};

    DriverState driver;
    driver.name = "counter";
    driver.id = DriverId{4};
    driver.image = ImageId{5};
    driver.record.presence = lifecycle::Presence::dynamic;
    driver.record.status = lifecycle::Status::reload;
    driver.record.path = "/a/counter";
    driver.record.kill_ports = true;
    driver.record.entries = {{lifecycle::EntryKind::loaded, ProcessId{80}, RefId{0}, true},
                             {lifecycle::EntryKind::wait_load, ProcessId{80}, RefId{9}, false}};
    driver.record.port_count = 1;
    driver.record.other_holds = 3;
    driver.record.next_path = "/b/counter";
    driver.record.next_kill_ports = true;
    driver.jobs = 2;
    driver.stuck = 1;
    PortState port;
    port.held.id = PortId{7};
    port.held.owner = ProcessId{80};
    port.held.links = {ProcessId{80}};
    port.held.queue_full = true;
    port.held.draining = true;
    port.name = "counter x";
    port.state = host::Port::State::closing;
    port.creator = PortId{6};
    port.queue = 12;
    port.busy = port.has_flush = port.armed = true;
    driver.ports = {port};
    state.drivers = {driver};
    return state;
}

} // namespace

TEST_CASE("a state comes back from its JSON as it was") {
    const State before = sample();
    const State after = state_from(to_json(before));
    CHECK(to_json(after) == to_json(before));
    REQUIRE(after.drivers.size() == 1);
    CHECK(after.drivers[0].record == before.drivers[0].record);
    REQUIRE(after.drivers[0].ports.size() == 1);
    CHECK(after.drivers[0].ports[0].held == before.drivers[0].ports[0].held);
    REQUIRE(after.processes.size() == 2);
    CHECK(after.processes[0].person == before.processes[0].person);
    CHECK(after.processes[1].reason == "killed");
}

TEST_CASE("a state with a part missing is thrown out, not guessed") {
    nlohmann::json json = to_json(sample());
    json.at("drivers").at(0).erase("record");
    CHECK_THROWS_AS(state_from(json), nlohmann::json::exception);
    CHECK_THROWS_AS(state_from(nlohmann::json::array()), nlohmann::json::exception);
}

TEST_CASE("who has ended is nobody who could do something") {
    const State state = sample();
    const auto situation = situation_of(state.drivers[0], state.processes);
    REQUIRE(situation.persons.size() == 1);
    CHECK(situation.persons[0].id == ProcessId{80});
    CHECK(situation.ports.size() == 1);
    CHECK(situation.passing == 2);
    CHECK(situation.stuck == 1);
}

TEST_CASE("what a process waits for comes back, and is a text only for readers") {
    const State after = state_from(to_json(sample()));
    CHECK(after.processes[0].wait == Wait{Wait::Kind::message, 9});
    CHECK(after.processes[0].person.waits);
    CHECK(!after.processes[1].person.waits);
    const auto named = [](const term::Term& t) {
        return t.is(term::Term::Kind::reference) ? std::optional<std::string>("Ref1") : std::nullopt;
    };
    CHECK(wait_text(after.processes[0].wait, named) == "the message of Ref1");
    CHECK(wait_text({}, named).empty());
    CHECK(wait_text({Wait::Kind::halt, 0}, {}) == "the end of the node");
}
