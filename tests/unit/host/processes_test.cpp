/// Signals between simulated processes, links, monitors and names.
#include "stage.h"

#include <doctest/doctest.h>

using namespace ddll::host::test;

TEST_CASE("exit signals follow trap_exit, normal and kill") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    stage.person("Dora", false);
    CHECK(stage.run("exit(Carl, normal)") == "true");
    CHECK(stage.run("is_process_alive(Carl)") == "true");
    stage.mark();
    CHECK(stage.run("exit(Carl, boom)") == "true");
    CHECK(stage.run("is_process_alive(Carl)") == "false");
    CHECK(stage.run("exit(Bob, boom)") == "true");
    CHECK(stage.run("exit(Bob, normal)") == "true");
    CHECK(stage.heard("Bob") == "{'EXIT',Alice,boom} {'EXIT',Alice,normal}");
    stage.run("exit(Bob, kill)");
    CHECK(stage.trail() ==
          "Carl ends boom | Bob gets {'EXIT',Alice,boom} | Bob gets {'EXIT',Alice,normal} | Bob ends killed");
    // To oneself, normal does end a process that does not trap exits.
    stage.run("Dora", "exit(Dora, normal)");
    CHECK(stage.trail() == "Dora ends normal");
    CHECK(stage.run("exit(foo, boom)") == "error:badarg");
    CHECK(stage.run("exit(Ghost, boom)") == "true");
}

TEST_CASE("a process ends at the end of the time slice, with the first reason") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    CHECK(stage.say("Carl", "exit(first)") == "exit:first");
    stage.say("Alice", "exit(Carl, second)");
    CHECK(stage.process("Carl").alive());
    CHECK(stage.say("Alice", "is_process_alive(Carl)") == "false");
    stage.mark();
    stage.host().run_until_idle();
    CHECK(stage.trail() == "Carl ends first");
    CHECK_FALSE(stage.process("Carl").alive());
}

TEST_CASE("links carry the reason to the other end once") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    stage.person("Dora", false);
    CHECK(stage.run("link(Alice)") == "true");
    CHECK(stage.run("link(Carl)") == "true");
    CHECK(stage.run("link(Carl)") == "true");
    CHECK(stage.run("Carl", "link(Dora)") == "true");
    CHECK(stage.run("process_info(Alice, links)") == "{links,[Carl]}");
    stage.mark();
    stage.run("exit(Dora, boom)");
    CHECK(stage.trail() == "Dora ends boom | Carl ends boom | Alice gets {'EXIT',Carl,boom}");
    CHECK(stage.run("process_info(Alice, links)") == "{links,[]}");

    CHECK(stage.run("link(Bob)") == "true");
    CHECK(stage.run("unlink(Bob)") == "true");
    CHECK(stage.run("Bob", "process_info(Bob, links)") == "{links,[]}");
    stage.mark();
    stage.run("exit(Bob, kill)");
    CHECK(stage.trail() == "Bob ends killed");
    CHECK(stage.run("link(Bob)") == "true"); // it is gone
    CHECK(stage.heard("Alice") == "{'EXIT',Carl,boom} {'EXIT',Bob,noproc}");
    CHECK(stage.run("link(bob)") == "error:badarg");
    CHECK(stage.run("unlink(bob)") == "error:badarg");
}

TEST_CASE("a kill arrives as killed along a link, and can be trapped there") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    stage.run("link(Carl)");
    stage.run("exit(Carl, kill)");
    CHECK(stage.heard("Alice") == "{'EXIT',Carl,killed}");
    CHECK(stage.process("Alice").alive());
}

TEST_CASE("monitors fire once, and not after demonitor") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    stage.let("R", "monitor(process, Carl)");
    stage.let("Q", "monitor(process, Carl)");
    CHECK(stage.run("demonitor(Q)") == "true");
    CHECK(stage.run("Bob", "demonitor(R)") == "true"); // not Bob's
    stage.run("exit(Carl, boom)");
    CHECK(stage.heard("Alice") == "{'DOWN',R,process,Carl,boom}");
    stage.let("S", "monitor(process, Carl)");
    CHECK(stage.heard("Alice") == "{'DOWN',S,process,Carl,noproc}");
    stage.let("T", "monitor(process, carl)");
    CHECK(stage.heard("Alice") == "{'DOWN',T,process,{carl,nonode@nohost},noproc}");
    CHECK(stage.run("monitor(process, 7)") == "error:badarg");
    CHECK(stage.run("monitor(port, Bob)") == "error:badarg");
    CHECK(stage.run("demonitor(bob)") == "error:badarg");
}

TEST_CASE("a link is told before a monitor") {
    Script script;
    Stage stage(script);
    stage.person("Carl", false);
    stage.let("R", "monitor(process, Carl)");
    stage.run("link(Carl)");
    stage.run("exit(Carl, boom)");
    CHECK(stage.heard("Alice") == "{'EXIT',Carl,boom} {'DOWN',R,process,Carl,boom}");
}

TEST_CASE("registered names of processes and ports") {
    Script script;
    Stage stage(script);
    stage.open();
    CHECK(stage.run("register(alice, Alice)") == "true");
    CHECK(stage.run("register(alice, Bob)") == "error:badarg");
    CHECK(stage.run("register(al, Alice)") == "error:badarg");
    CHECK(stage.run("register(undefined, Bob)") == "error:badarg");
    CHECK(stage.run("register(ghost, Ghost)") == "error:badarg");
    CHECK(stage.run("register(\"p\", P)") == "error:badarg");
    CHECK(stage.run("register(p, P)") == "true");
    CHECK(stage.run("whereis(p)") == "P");
    CHECK(stage.run("whereis(alice)") == "Alice");
    CHECK(stage.run("whereis(nobody)") == "undefined");
    CHECK(stage.run("port_info(p, registered_name)") == "{registered_name,p}");
    CHECK(stage.run("alice ! hello") == "hello");
    CHECK(stage.heard("Alice") == "hello");
    CHECK(stage.run("nobody ! hello") == "error:badarg");
    CHECK(stage.run("port_command(p, \"x\")") == "true");
    CHECK(stage.run("port_close(p)") == "true");
    CHECK(stage.run("whereis(p)") == "undefined");
    CHECK(stage.run("unregister(p)") == "error:badarg");
    CHECK(stage.run("unregister(alice)") == "true");
    CHECK(stage.run("register(bob, Bob)") == "true");
    stage.run("exit(Bob, kill)");
    CHECK(stage.run("whereis(bob)") == "undefined");
}

TEST_CASE("process_flag and process_info") {
    Script script;
    Stage stage(script);
    CHECK(stage.run("process_flag(trap_exit, false)") == "true");
    CHECK(stage.run("process_info(Alice, trap_exit)") == "{trap_exit,false}");
    CHECK(stage.run("process_flag(trap_exit, yes)") == "error:badarg");
    CHECK(stage.run("process_flag(nothing, true)") == "error:badarg");
    CHECK(stage.run("process_info(Ghost, links)") == "undefined");
    CHECK(stage.run("process_info(Alice, nothing)") == "error:badarg");
    CHECK(stage.run("self()") == "Alice");
}
