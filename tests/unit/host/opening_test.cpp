/// open_port/2 of drivers that acknowledge, and the end of the node.
#include "stage.h"

#include <doctest/doctest.h>

#include <cerrno>

using namespace ddll;
using namespace ddll::host::test;

namespace {

host::Port& only_port(Stage& stage) {
    return *stage.host().ports().find(stage.host().ports().live().back()->id);
}

ErlDrvData driver_data(std::intptr_t value) {
    return reinterpret_cast<ErlDrvData>(value);
}

} // namespace

TEST_CASE("the opener waits for the acknowledgement and gets the port") {
    Script script;
    script.flags = ERL_DRV_FLAG_USE_INIT_ACK;
    Stage stage(script);
    CHECK(stage.run("open_port({spawn_driver, probe}, [])") == "blocked");
    CHECK(stage.late("Alice") == "nothing");
    auto& port = only_port(stage);
    CHECK(stage.run("Bob", "process_info(Alice, status)") == "{status,waiting}");
    stage.host().ports().acknowledge_open(port, driver_data(4711), 0);
    stage.host().run_until_idle();
    CHECK(stage.late("Alice").starts_with("#Port<"));
    CHECK(port.data == driver_data(4711));
    stage.host().ports().acknowledge_open(port, driver_data(-1), 0); // too late
    CHECK(port.usable());
    CHECK(stage.misuses() == "init-ack-ignored");
}

TEST_CASE("an acknowledgement that is an error closes the port, which the opener never sees") {
    for (const auto& [value, reason] :
         {std::pair<std::intptr_t, const char*>{-1, "error:einval"}, {-2, "error:enospc"}, {-3, "error:badarg"}}) {
        Script script;
        script.flags = ERL_DRV_FLAG_USE_INIT_ACK;
        Stage stage(script);
        CHECK(stage.run("open_port({spawn_driver, probe}, [])") == "blocked");
        stage.mark();
        stage.host().ports().acknowledge_open(only_port(stage), driver_data(value), ENOSPC);
        stage.host().run_until_idle();
        CHECK(stage.late("Alice") == reason);
        CHECK(stage.trail() == "stop | closed");
        CHECK(stage.host().ports().live().empty());
        CHECK(stage.misuses() == "");
    }
}

TEST_CASE("whoever closes an unacknowledged port from outside leaves its opener waiting") {
    Script script;
    script.flags = ERL_DRV_FLAG_USE_INIT_ACK;
    Stage stage(script);
    stage.run("open_port({spawn_driver, probe}, [])");
    CHECK(stage.run("Bob", "port_close(hd(erlang:ports()))") == "true");
    CHECK(stage.late("Alice") == "nothing");
    CHECK(stage.process("Alice").blocked());
    CHECK(stage.misuses() == "init-ack-missing");
}

TEST_CASE("an unacknowledged port ends with its opener, and nobody is blamed") {
    Script script;
    script.flags = ERL_DRV_FLAG_USE_INIT_ACK;
    Stage stage(script);
    stage.run("open_port({spawn_driver, probe}, [])");
    stage.run("Bob", "exit(Alice, kill)");
    CHECK(stage.host().ports().live().empty());
    CHECK(stage.misuses() == "");
}

TEST_CASE("halt refuses what is no status and no option") {
    Script script;
    Stage stage(script);
    for (const char* call : {"halt(-1)", "halt(foo)", "halt([foo])", "halt(1, [foo])", "halt(1, [{flush, 3}])",
                             "halt(1, [{flush, true} | x])", "halt(1, foo)"})
        CHECK_MESSAGE(stage.run(call) == "error:badarg", call);
    CHECK(stage.process("Alice").state == host::Process::State::running);
}

TEST_CASE("a halting node closes its ports, waits for the queues, and tells nobody") {
    Script script;
    script.flush = [](ErlDrvPort) {};
    Stage stage(script);
    stage.open();
    stage.let("Q", "open_port({spawn_driver, probe}, [])");
    auto& port = only_port(stage);
    port.queue.put(ddll::host::IoQueue::End::tail, "abc");
    stage.mark();
    CHECK(stage.run("halt(3)") == "blocked");
    CHECK(stage.trail() == "stop | closed | draining | flush");
    CHECK(stage.process("Bob").blocked());
    stage.host().report_end();
    CHECK(stage.misuses() == "queue-never-drained");
    port.queue.clear();
    stage.host().ports().settle(port);
    CHECK(stage.trail() == "stop | closed | Alice ends {halt,3} | Bob ends {halt,3}");
    CHECK_FALSE(stage.host().step());
}

TEST_CASE("halt without flushing leaves the ports alone") {
    for (const char* call : {"halt(3, [{flush, false}])", "halt(abort)", "halt(\"slogan\", [{flush, true}])"}) {
        Script script;
        Stage stage(script);
        stage.open();
        CHECK(stage.run(call) == "blocked");
        CHECK(stage.trail().starts_with("Alice ends {halt,"));
    }
}
