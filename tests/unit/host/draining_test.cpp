/// A port whose queue is not empty goes only when it is.
#include "stage.h"

#include <doctest/doctest.h>

using namespace ddll::host::test;

namespace {

void enqueue(ErlDrvPort port, std::string bytes) {
    driver_enq(port, bytes.data(), bytes.size());
}

} // namespace

TEST_CASE("flush drains at once: stop follows it") {
    Script script;
    script.flush = [](ErlDrvPort p) {
        CHECK(driver_sizeq(p) == 4);
        char data[] = "x";
        CHECK(driver_output(p, data, 1) == 0); // says so, and delivers nothing
        driver_deq(p, 4);
    };
    script.stop = [](ErlDrvPort p) {
        char data[] = "x";
        driver_output(p, data, 1);
    };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { enqueue(p, "data"); });
    stage.mark();
    CHECK(stage.run("P ! {Alice, close}") == "{Alice,close}");
    CHECK(stage.trail() == "draining | Alice gets {'EXIT',P,normal} | flush | stop | closed | Alice gets {P,closed}");
}

TEST_CASE("late draining: the port lingers, half alive") {
    Script script;
    script.flush = [](ErlDrvPort p) { driver_set_timer(p, 100); };
    script.timeout = [](ErlDrvPort p) {
        char data[] = "late";
        CHECK(driver_output(p, data, 4) == 0);
        ErlDrvTermData spec[] = {ERL_DRV_NIL};
        CHECK(erl_drv_output_term(driver_mk_port(p), spec, 1) == 0);
        if (driver_sizeq(p) > 3) driver_set_timer(p, 100);
        driver_deq(p, 3);
    };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { enqueue(p, "sixsix"); });
    stage.let("R", "monitor(port, P)");
    stage.heard("Alice");
    CHECK(stage.run("port_close(P)") == "true");
    CHECK(stage.heard("Alice") == "{'EXIT',P,normal} {'DOWN',R,port,P,normal}");
    CHECK(stage.run("port_info(P, queue_size)") == "{queue_size,6}");
    CHECK(stage.run("port_info(P, links)") == "{links,[]}");
    CHECK(stage.run("ports() =:= [P]") == "true");
    CHECK(stage.run("port_close(P)") == "error:badarg");
    CHECK(stage.run("port_command(P, \"x\")") == "error:badarg");
    CHECK(stage.run("port_connect(P, Bob)") == "error:badarg");
    CHECK(stage.run("P ! nonsense") == "nonsense");
    CHECK(stage.run("port_control(P, 1, [])") == "[]"); // this one still gets through
    stage.run("link(P)");
    CHECK(stage.heard("Alice") == "{'EXIT',P,noproc}");
    stage.mark();
    stage.host().advance(ddll::milliseconds(100));
    CHECK(stage.trail() == "timeout");
    CHECK(stage.run("port_info(P, queue_size)") == "{queue_size,3}");
    stage.mark();
    stage.host().advance(ddll::milliseconds(100));
    CHECK(stage.trail() == "timeout | stop | closed");
    CHECK(stage.run("ports()") == "[]");
    CHECK(stage.misuses() == "");
}

TEST_CASE("draining from control, and giving up by failing") {
    Script script;
    script.flush = [](ErlDrvPort) {};
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { enqueue(p, "data"); });
    stage.run("port_close(P)");
    stage.mark();
    SUBCASE("control empties the queue") {
        stage.inside([](ErlDrvPort p) { driver_deq(p, driver_sizeq(p)); });
        CHECK(stage.trail() == "control | stop | closed");
    }
    SUBCASE("the driver fails") {
        stage.inside([](ErlDrvPort p) {
            char why[] = "impatient";
            driver_failure_atom(p, why);
        });
        CHECK(stage.trail() == "control | stop | closed");
    }
}

TEST_CASE("kill and the driver's own failure do not wait for the queue") {
    Script script;
    script.flush = [](ErlDrvPort) {};
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { enqueue(p, "data"); });
    stage.mark();
    SUBCASE("kill") {
        stage.run("exit(P, kill)");
        CHECK(stage.trail() == "Alice gets {'EXIT',P,killed} | stop | closed");
    }
    SUBCASE("failure") {
        stage.inside([](ErlDrvPort p) { driver_failure(p, 3); });
        CHECK(stage.trail() == "control | Alice gets {'EXIT',P,3} | stop | closed");
    }
    SUBCASE("another reason does") {
        stage.run("exit(P, boom)");
        CHECK(stage.trail() == "draining | Alice gets {'EXIT',P,boom} | flush");
    }
    stage.inside([](ErlDrvPort p) { driver_deq(p, driver_sizeq(p)); });
    CHECK(stage.host().memory().used_by({}).binaries == 0);
}

TEST_CASE("failing inside stop of a draining port is a mistake") {
    Script script;
    script.stop = [](ErlDrvPort p) { driver_failure(p, 1); };
    Stage stage(script);
    stage.open();
    SUBCASE("draining") {
        stage.inside([](ErlDrvPort p) { enqueue(p, "data"); });
        stage.run("port_close(P)");
        stage.inside([](ErlDrvPort p) { driver_deq(p, 4); });
        CHECK(stage.misuses() == "failure-in-stop");
    }
    SUBCASE("not draining") {
        stage.run("port_close(P)");
        CHECK(stage.misuses() == "");
    }
    CHECK(stage.run("ports()") == "[]");
}
