/// Monitors that ports have on processes.
#include "stage.h"

#include "host/ports/monitors.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll;
using namespace ddll::host::test;

TEST_CASE("a monitor is known by its first bytes, and a later one is greater") {
    ErlDrvMonitor early = host::monitor_of(RefId{255}), late = host::monitor_of(RefId{256});
    CHECK(std::memcmp(&early, &late, host::monitor_identity_size) < 0);
    CHECK(host::reference_of(late) == RefId{256});
    reinterpret_cast<char*>(&late)[host::monitor_identity_size] = 'x'; // not part of it
    CHECK(host::reference_of(late) == RefId{256});
    std::memset(&late, 0xaa, sizeof late);
    CHECK_FALSE(host::reference_of(late).has_value());
}

TEST_CASE("a driver with process_exit monitors living processes") {
    Script script;
    script.process_exit = [](ErlDrvPort, ErlDrvMonitor&) {};
    Stage stage(script);
    stage.open();
    auto& host = stage.host();
    auto& port = *host.ports().find(host.ports().live().front()->id);
    const ProcessId bob = stage.process("Bob").id;
    ErlDrvMonitor monitor;
    CHECK(host::monitor_process(host, port, std::nullopt, monitor) == 1);
    CHECK(host::monitor_process(host, port, ProcessId{9999}, monitor) == 1);
    CHECK(host::monitor_process(host, port, bob, monitor) == 0);
    CHECK(host::monitored_process(port, monitor) == bob);
    CHECK(stage.run("erlang:port_info(P, monitors)") == "{monitors,[{process,Bob}]}");
    CHECK(host::demonitor_process(host, port, monitor) == 0);
    CHECK(host::demonitor_process(host, port, monitor) == 1);
    CHECK_FALSE(host::monitored_process(port, monitor).has_value());
    stage.mark();
    stage.run("exit(Bob, kill)");
    CHECK(stage.trail() == "Bob ends killed");
}

TEST_CASE("without process_exit nothing can be monitored") {
    Script script;
    Stage stage(script);
    stage.open();
    auto& port = *stage.host().ports().find(stage.host().ports().live().front()->id);
    ErlDrvMonitor monitor;
    CHECK(host::monitor_process(stage.host(), port, stage.process("Bob").id, monitor) == -1);
}

TEST_CASE("inside process_exit the monitor is still there and cannot be removed") {
    Script script;
    Stage* on_stage = nullptr;
    std::string seen;
    script.process_exit = [&](ErlDrvPort handle, ErlDrvMonitor& monitor) {
        auto& host = on_stage->host();
        auto& port = *host.ports().find(*host::port_of(handle));
        const auto process = host::monitored_process(port, monitor);
        seen += process == on_stage->process("Bob").id ? "bob " : "? ";
        seen += std::to_string(host::demonitor_process(host, port, monitor));
        ErlDrvMonitor again;
        seen += " " + std::to_string(host::monitor_process(host, port, process, again)) + ";";
    };
    Stage stage(script);
    on_stage = &stage;
    stage.open();
    auto& port = *stage.host().ports().find(stage.host().ports().live().front()->id);
    ErlDrvMonitor first, second;
    host::monitor_process(stage.host(), port, stage.process("Bob").id, first);
    host::monitor_process(stage.host(), port, stage.process("Bob").id, second);
    stage.run("exit(Bob, kill)");
    CHECK(seen == "bob 0 1;bob 0 1;");
    CHECK(stage.misuses() == "demonitor-while-firing demonitor-while-firing");
    CHECK_FALSE(host::monitored_process(port, first).has_value());
    CHECK(stage.run("erlang:port_info(P, monitors)") == "{monitors,[]}");
}

TEST_CASE("a second monitor that process_exit removes does not fire") {
    Script script;
    Stage* on_stage = nullptr;
    ErlDrvMonitor first, second;
    int fired = 0;
    script.process_exit = [&](ErlDrvPort handle, ErlDrvMonitor&) {
        ++fired;
        auto& host = on_stage->host();
        CHECK(host::demonitor_process(host, *host.ports().find(*host::port_of(handle)), second) == 0);
    };
    Stage stage(script);
    on_stage = &stage;
    stage.open();
    auto& port = *stage.host().ports().find(stage.host().ports().live().front()->id);
    host::monitor_process(stage.host(), port, stage.process("Bob").id, first);
    host::monitor_process(stage.host(), port, stage.process("Bob").id, second);
    stage.run("exit(Bob, kill)");
    CHECK(fired == 1);
    CHECK(stage.misuses() == "");
}

TEST_CASE("a failure inside process_exit closes the port afterwards") {
    Script script;
    Stage* on_stage = nullptr;
    script.process_exit = [&](ErlDrvPort handle, ErlDrvMonitor&) {
        auto& host = on_stage->host();
        host.ports().close(*host.ports().find(*host::port_of(handle)), term::Term::atom("lost"),
                           host::CloseCause::driver);
        CHECK(host.ports().find(*host::port_of(handle))->valid());
    };
    Stage stage(script);
    on_stage = &stage;
    stage.open();
    auto& port = *stage.host().ports().find(stage.host().ports().live().front()->id);
    ErlDrvMonitor monitor;
    host::monitor_process(stage.host(), port, stage.process("Bob").id, monitor);
    stage.mark();
    stage.run("exit(Bob, kill)");
    CHECK(stage.trail() == "Bob ends killed | process_exit | Alice gets {'EXIT',P,lost} | stop | closed");
    CHECK(stage.misuses() == "failure-in-process-exit");
}

TEST_CASE("links hear first, monitors in the order of monitoring, linked ports close last") {
    Script script;
    script.process_exit = [](ErlDrvPort, ErlDrvMonitor&) {};
    Stage stage(script);
    stage.open();
    auto& port = *stage.host().ports().find(stage.host().ports().live().front()->id);
    stage.run("Bob", "link(P)");
    stage.let("First", "monitor(process, Bob)");
    ErlDrvMonitor monitor;
    host::monitor_process(stage.host(), port, stage.process("Bob").id, monitor);
    stage.let("Second", "monitor(process, Bob)");
    stage.run("link(Bob)");
    stage.mark();
    stage.run("Bob", "exit(foo)");
    CHECK(stage.trail() == "Bob ends foo | Alice gets {'EXIT',Bob,foo} | Alice gets {'DOWN',First,process,Bob,foo} | "
                           "process_exit | Alice gets {'DOWN',Second,process,Bob,foo} | Alice gets {'EXIT',P,foo} | "
                           "stop | closed");
}
