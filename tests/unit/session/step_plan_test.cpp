#include "session/step_plan.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::session;

namespace {

struct Desk {
    Desk() {
        done.declare(scenario::ProcessDecl{"alice", "Alice", false});
        done.declare(scenario::PathDecl{"Dir", "/live"});
        variables = {"Alice", "Dir", "P1"};
        ProcessState alice;
        alice.name = "alice";
        state.processes = {alice};
        DriverState counter;
        counter.name = "counter";
        counter.record.path = "/live/counter";
        state.drivers = {counter};
    }
    static Request calling(const char* call) {
        Request request;
        request.kind = Request::Kind::call;
        request.by = "alice";
        request.call = call;
        return request;
    }
    Result<StepPlan> plan(const Request& request) const { return plan_step(request, {done, variables, &state, {}}); }
    std::string refusal(const Request& request) const {
        const auto made = plan(request);
        return made ? "" : made.error().message;
    }

    SessionScenario done;
    std::set<std::string> variables;
    State state;
};

} // namespace

TEST_CASE("a call by a known process is one order and one step") {
    const auto plan = Desk().plan(Desk::calling("port_close(P1)"));
    REQUIRE(plan);
    CHECK(plan->order.call == "port_close(P1)");
    CHECK(plan->order.processes.empty());
    CHECK(plan->variables.empty());
    CHECK(std::get<scenario::CallStep>(plan->step.what).by == "alice");
}

TEST_CASE("a new process is declared, unless its variable is taken or its name is wrong") {
    Desk desk;
    Request request = Desk::calling("self()");
    request.by = "bob";
    const auto plan = desk.plan(request);
    REQUIRE(plan);
    REQUIRE(plan->order.processes.size() == 1);
    CHECK(plan->order.processes[0].variable == "Bob");
    CHECK(plan->variables == std::vector<std::string>{"Bob"});
    request.by = "dir";
    CHECK(desk.refusal(request).find("would be the variable Dir") != std::string::npos);
    request.by = "Bob";
    CHECK(desk.refusal(request).find("is no name for a process") != std::string::npos);
}

TEST_CASE("a process that waits or has ended makes no call") {
    Desk desk;
    desk.state.processes[0].wait = {Wait::Kind::message, 7};
    desk.state.processes[0].person.waits = true;
    CHECK(desk.refusal(Desk::calling("self()")).find("still waits inside a call, for the message of") !=
          std::string::npos);
    desk.state.processes[0].alive = false;
    desk.state.processes[0].reason = "killed";
    CHECK(desk.refusal(Desk::calling("self()")) == "alice has ended: killed");
}

TEST_CASE("the folder of a load is a variable: its own, a known one, or that of the loaded driver") {
    Desk desk;
    Request request = Desk::calling("erl_ddll:try_load(@folder, counter, [])");
    request.into = "/other";
    auto plan = desk.plan(request);
    REQUIRE(plan);
    CHECK(plan->order.call == "erl_ddll:try_load(Dir2, counter, [])");
    REQUIRE(plan->order.paths.size() == 1);
    CHECK(plan->order.paths[0].folder == "/other");
    request.into.clear();
    request.driver = "counter";
    plan = desk.plan(request);
    REQUIRE(plan);
    CHECK(plan->order.call == "erl_ddll:try_load(Dir, counter, [])");
    CHECK(plan->order.paths.empty());
    request.driver = "conter";
    CHECK(desk.refusal(request).find("from which folder") != std::string::npos);
}

TEST_CASE("a text that only looks like the mark of a folder is a text") {
    const auto plan = Desk().plan(Desk::calling("port_command(P1, \"@folder\")"));
    REQUIRE(plan);
    CHECK(plan->order.call == "port_command(P1, \"@folder\")");
}

TEST_CASE("a folder written out in a load gets a variable, in any other call it does not") {
    Desk desk;
    auto plan = desk.plan(Desk::calling("[erl_ddll:reload(\"/new\", counter)]"));
    REQUIRE(plan);
    CHECK(plan->variables == std::vector<std::string>{"Dir2"});
    plan = desk.plan(Desk::calling("open_port({spawn_driver, \"/new\"}, [])"));
    REQUIRE(plan);
    CHECK(plan->variables.empty());
    plan = desk.plan(Desk::calling("erl_ddll:try_unload(\"/new\", [])"));
    REQUIRE(plan);
    CHECK(plan->variables.empty());
}

TEST_CASE("what cannot be read or has no value is refused before anything happens") {
    Desk desk;
    CHECK(desk.refusal(Desk::calling("port_close(")).find("column") != std::string::npos);
    CHECK(desk.refusal(Desk::calling("port_close(P2)")) == "P2 has no value");
    Request request = Desk::calling("self()");
    request.pattern = "{";
    CHECK(desk.refusal(request).find("{ is no pattern") != std::string::npos);
    request.kind = Request::Kind::spawn;
    CHECK(desk.refusal(request) == "there is a process alice already");
}

TEST_CASE("a driver file that is another one now is a step that installs it") {
    const Desk desk;
    const StepPlan plan = plan_install({"/new/counter.so", "counter", "v2", scenario::InstallHow::overwrite},
                                       {desk.done, desk.variables});
    CHECK(plan.order.installed == "/new/counter.so");
    const auto& step = std::get<scenario::InstallStep>(plan.step.what);
    CHECK(step.into == "Dir2");
    CHECK(step.version == "v2");
    CHECK(step.how == scenario::InstallHow::overwrite);
}
