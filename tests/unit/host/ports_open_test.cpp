/// Opening and closing: results of start, who is told of an end and in which order, draining.
#include "stage.h"

#include <doctest/doctest.h>

#include <cerrno>

using namespace ddll::host::test;

namespace {

ErlDrvData result_of_start(long value) {
    return reinterpret_cast<ErlDrvData>(value);
}

} // namespace

TEST_CASE("what start returns is what open_port does") {
    Script script;
    long result = 0;
    int number = 0;
    bool stopped = false;
    script.start = [&](ErlDrvPort, const std::string&) {
        errno = number;
        return result_of_start(result);
    };
    script.stop = [&](ErlDrvPort) { stopped = true; };
    Stage stage(script);
    const auto open = [&](long r, int e = 0) {
        result = r;
        number = e;
        return stage.let("P", "open_port({spawn_driver, probe}, [])");
    };
    CHECK(open(-1) == "error:einval");
    CHECK(open(-2, ENOENT) == "error:enoent");
    CHECK(open(-2, EACCES) == "error:eacces");
    CHECK(open(-2, 0) == "error:unknown");
    CHECK(open(-2, 99999) == "error:unknown");
    CHECK(open(-3) == "error:badarg");
    CHECK_FALSE(stopped);
    CHECK(stage.run("ports()") == "[]");
    CHECK(open(0) == "P");
    CHECK(open(-4) == "P");
    CHECK(stage.run("length(ports())") == "2");
}

TEST_CASE("a failed start leaves its messages, and nothing else") {
    Script script;
    script.timeout = [](ErlDrvPort) {};
    script.start = [](ErlDrvPort p, const std::string&) {
        char hello[] = "hello";
        driver_output(p, hello, 5);
        driver_set_timer(p, 5);
        driver_enq(p, hello, 5);
        return ERL_DRV_ERROR_GENERAL;
    };
    Stage stage(script);
    CHECK(stage.run("open_port({spawn_driver, probe}, [binary])") == "error:einval");
    CHECK(stage.heard("Alice").ends_with(",{data,\"hello\"}}")); // options are not in force inside start
    stage.mark();
    stage.host().advance(ddll::milliseconds(10));
    CHECK(stage.trail() == "");
    CHECK(stage.host().memory().used_by({}).binaries == 0);
}

TEST_CASE("failing inside start: the open fails, and the driver is blamed") {
    Script script;
    script.start = [](ErlDrvPort p, const std::string&) {
        char why[] = "no";
        driver_failure_atom(p, why);
        return reinterpret_cast<ErlDrvData>(p);
    };
    Stage stage(script);
    CHECK(stage.run("open_port({spawn_driver, probe}, [])") == "error:einval");
    CHECK(stage.misuses() == "failure-in-start");
    CHECK(stage.heard("Alice") == "");
}

TEST_CASE("names: only a space ends the driver's name") {
    Script script;
    std::string command;
    script.start = [&](ErlDrvPort p, const std::string& text) {
        command = text;
        return reinterpret_cast<ErlDrvData>(p);
    };
    Stage stage(script);
    stage.let("P", "open_port({spawn_driver, \"probe a  b \"}, [])");
    CHECK(command == "probe a  b ");
    CHECK(stage.run("port_info(P, name)") == "{name,\"probe a  b \"}");
    stage.let("P", "open_port({spawn, [$p, \"ro\" | \"be x\"]}, [])");
    CHECK(command == "probe x");
    stage.let("P", "open_port({spawn, <<\"probe y\", 0, \"z\">>}, [])");
    CHECK(command == "probe y");
    for (const char* bad : {"\"probe\\t\"", "\" probe\"", "\"Probe\"", "\"\"", "7", "{probe}", "[112, 0]", "nothing",
                            "[$p, \"ro\" | <<\"be x\">>]"}) {
        CAPTURE(std::string(bad));
        CHECK(stage.run(fmt::format("open_port({{spawn_driver, {}}}, [])", bad)) == "error:badarg");
    }
    CHECK(stage.run("open_port(probe, [])") == "error:badarg");
    CHECK(stage.run("open_port({spawn_what, probe}, [])") == "error:badarg");
}

TEST_CASE("settings: accepted and refused") {
    Script script;
    Stage stage(script);
    for (const char* good : {"stream",
                             "{packet, 1}",
                             "{packet, 2}",
                             "{packet, 4}",
                             "in",
                             "out",
                             "hide",
                             "use_stdio",
                             "nouse_stdio",
                             "stderr_to_stdout",
                             "overlapped_io",
                             "{env, []}",
                             "{cd, \"/\"}",
                             "binary",
                             "eof",
                             "{line, 1}",
                             "line",
                             "{parallelism, true}",
                             "{busy_limits_msgq, {1, 2}}",
                             "{busy_limits_msgq, disabled}"}) {
        CAPTURE(std::string(good));
        CHECK(stage.let("P", fmt::format("open_port({{spawn_driver, probe}}, [{}])", good)) == "P");
    }
    for (const char* bad : {"exit_status", "{args, []}", "{arg0, \"x\"}", "{busy_limits_port, {1, 2}}", "{line, 0}",
                            "{packet, 3}", "{line, 5}, {packet, 1}", "stderr_to_stdout, nouse_stdio", "unknown",
                            "{parallelism, maybe}", "{busy_limits_msgq, {0, 5}}", "7", "{line, 1, 2}"}) {
        CAPTURE(std::string(bad));
        CHECK(stage.run(fmt::format("open_port({{spawn_driver, probe}}, [{}])", bad)) == "error:badarg");
    }
    CHECK(stage.run("open_port({spawn_driver, probe}, [binary | eof])") == "error:badarg");
    CHECK(stage.run("open_port({spawn_driver, probe}, binary)") == "error:badarg");
    CHECK(stage.run("open_port({spawn_driver, nothing}, [unknown])") == "error:badarg");
}

TEST_CASE("closing: EXIT, then DOWN, then stop, then what stop sends, then closed") {
    Script script;
    script.stop = [](ErlDrvPort p) {
        char bye[] = "bye";
        driver_output(p, bye, 3);
    };
    Stage stage(script);
    stage.open();
    stage.let("R", "monitor(port, P)");
    stage.run("register(p, P)");
    stage.mark();
    SUBCASE("port_close") {
        CHECK(stage.run("port_close(P)") == "true");
        CHECK(stage.trail() == "Alice gets {'EXIT',P,normal} | Alice gets {'DOWN',R,port,P,normal} | stop | Alice gets "
                               "{P,{data,\"bye\"}} | closed");
    }
    SUBCASE("a message: closed is the last word") {
        CHECK(stage.run("P ! {Alice, close}") == "{Alice,close}");
        CHECK(stage.trail() == "Alice gets {'EXIT',P,normal} | Alice gets {'DOWN',R,port,P,normal} | stop | Alice gets "
                               "{P,{data,\"bye\"}} | "
                               "closed | Alice gets {P,closed}");
    }
    SUBCASE("an exit signal closes, with any reason, from anybody") {
        CHECK(stage.run("Bob", "exit(P, normal)") == "true");
        CHECK(stage.heard("Alice") == "{'EXIT',P,normal} {'DOWN',R,port,P,normal} {P,{data,\"bye\"}}");
    }
    SUBCASE("kill is seen as killed") {
        CHECK(stage.run("Bob", "exit(P, kill)") == "true");
        CHECK(stage.heard("Alice") == "{'EXIT',P,killed} {'DOWN',R,port,P,killed} {P,{data,\"bye\"}}");
    }
    SUBCASE("the driver fails") {
        CHECK(stage.inside([](ErlDrvPort p) {
            char data[] = "last";
            driver_output(p, data, 4);
            CHECK(driver_failure_posix(p, ECONNRESET) == 0);
            CHECK(driver_output(p, data, 4) == -1);
        }) == "[]");
        CHECK(stage.trail() ==
              "control | Alice gets {P,{data,\"last\"}} | Alice gets {'EXIT',P,econnreset} | "
              "Alice gets {'DOWN',R,port,P,econnreset} | stop | Alice gets {P,{data,\"bye\"}} | closed");
        CHECK(stage.misuses() == "late-callback-into-closed-port");
    }
    CHECK(stage.run("whereis(p)") == "undefined");
    CHECK(stage.run("port_info(P)") == "undefined");
    CHECK(stage.run("port_close(P)") == "error:badarg");
    CHECK(stage.run("port_command(P, [])") == "error:badarg");
    CHECK(stage.run("port_control(P, 1, [])") == "error:badarg");
    CHECK(stage.run("P ! {Alice, close}") == "{Alice,close}");
    stage.heard("Alice");
    stage.run("link(P)");
    CHECK(stage.heard("Alice") == "{'EXIT',P,noproc}");
    stage.let("S", "monitor(port, P)");
    CHECK(stage.heard("Alice") == "{'DOWN',S,port,P,noproc}");
}

TEST_CASE("reasons of the driver's failures") {
    Script script;
    Stage stage(script);
    const auto reason = [&](const std::function<void(ErlDrvPort)>& body) {
        stage.open();
        stage.heard("Alice");
        stage.inside(body);
        return stage.heard("Alice");
    };
    CHECK(reason([](ErlDrvPort p) { driver_failure(p, 7); }) == "{'EXIT',P,7}");
    CHECK(reason([](ErlDrvPort p) { driver_failure(p, -7); }) == "{'EXIT',P,-7}");
    CHECK(reason([](ErlDrvPort p) { driver_failure(p, 0); }) == "{'EXIT',P,normal}");
    CHECK(reason([](ErlDrvPort p) { driver_failure_eof(p); }) == "{'EXIT',P,normal}");
    CHECK(reason([](ErlDrvPort p) { driver_failure_posix(p, 0); }) == "{'EXIT',P,unknown}");
    CHECK(reason([](ErlDrvPort p) {
              char text[] = "own \xe9";
              driver_failure_atom(p, text);
          }) == "{'EXIT',P,'own \xc3\xa9'}");
    CHECK(reason([](ErlDrvPort p) { driver_exit(p, ENOENT); }) == ""); // the owner is not told
    CHECK(stage.run("ports()") == "[]");
}

TEST_CASE("the end of an owner or of a linked process") {
    Script script;
    Stage stage(script);
    stage.person("Carl");
    stage.let("P", "open_port({spawn_driver, probe}, [])");
    stage.run("Bob", "link(P)");
    stage.run("Carl", "link(P)");
    CHECK(stage.run("port_info(P, links)") == "{links,[Bob,Carl,Alice]}");
    stage.run("Bob", "exit(normal)");
    CHECK(stage.run("port_info(P, links)") == "{links,[Carl,Alice]}");
    stage.mark();
    SUBCASE("a linked process that crashes") {
        stage.run("Carl", "exit(boom)");
        CHECK(stage.trail() == "Carl ends boom | Alice gets {'EXIT',P,boom} | stop | closed");
    }
    SUBCASE("the owner, even with normal") {
        stage.run("Alice", "exit(normal)");
        CHECK(stage.trail() == "Alice ends normal | Carl gets {'EXIT',P,normal} | stop | closed");
    }
    SUBCASE("an owner without a link") {
        stage.run("unlink(P)");
        stage.run("Alice", "exit(boom)");
        CHECK(stage.trail() == "Alice ends boom");
        CHECK(stage.run("Carl", "port_info(P, connected)") == "{connected,Alice}");
        CHECK(stage.run("Carl", "P ! {Alice, {command, \"x\"}}") == "{Alice,{command,\"x\"}}");
    }
}

TEST_CASE("connect: a call links the new owner, a message does not") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.heard("Alice");
    CHECK(stage.run("Bob", "port_connect(P, Bob)") == "true");
    CHECK(stage.run("port_info(P, connected)") == "{connected,Bob}");
    CHECK(stage.run("port_info(P, links)") == "{links,[Alice,Bob]}");
    CHECK(stage.heard("Alice") == "");
    CHECK(stage.run("port_connect(P, Ghost)") == "error:badarg");
    CHECK(stage.run("port_connect(P, bob)") == "error:badarg");
    stage.run("unlink(P)");
    stage.run("P ! {Bob, {connect, Alice}}"); // who sends does not matter
    CHECK(stage.heard("Bob") == "{P,connected}");
    CHECK(stage.run("port_info(P, connected)") == "{connected,Alice}");
    CHECK(stage.run("port_info(P, links)") == "{links,[Bob]}");
}

TEST_CASE("what a port does not understand hurts its owner") {
    Script script;
    Stage stage(script);
    stage.open();
    for (const char* bad : {"hello", "{Bob, close}", "{Alice, closed}", "{Alice, {command, foo}}",
                            "{Alice, {connect, bob}}", "{alice, close}", "{Alice, close, 1}"}) {
        CAPTURE(std::string(bad));
        stage.heard("Alice");
        stage.run("Bob", fmt::format("P ! {}", bad));
        CHECK(stage.heard("Alice") == "{'EXIT',P,badsig}");
    }
    CHECK(stage.run("port_info(P, id) =:= undefined") == "false");
    CHECK(stage.heard("Bob") == "");
}
