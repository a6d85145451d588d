/// Timers, jobs, the order of steps, and ends that are none.
#include "stage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

using namespace ddll;
using namespace ddll::host;
using namespace ddll::host::test;

TEST_CASE("timers fire in the order of their deadlines, at their time") {
    Script script;
    Stage* on = nullptr;
    std::string fired;
    script.timeout = [&](ErlDrvPort p) {
        const auto id = ddll::host::port_of(p)->value;
        fired += fmt::format("{}@{} ", on->print(term::Term::port(id)), on->host().now().ns / 1'000'000);
    };
    Stage stage(script);
    on = &stage;
    for (const char* name : {"A", "B", "C", "D"}) stage.open("[]", name);
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 30); }, "A");
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 10); }, "B");
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 30); }, "C");
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 20); }, "D");
    stage.host().advance(milliseconds(9));
    CHECK(fired.empty());
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 5); }, "D"); // replaces the other one: 14
    stage.host().advance(milliseconds(100));
    CHECK(fired == "B@10 D@14 A@30 C@30 ");
    CHECK(stage.host().now().ns == milliseconds(109).ns);
}

TEST_CASE("a timer that sets itself again, cancelling and reading") {
    Script script;
    int fired = 0;
    script.timeout = [&](ErlDrvPort p) {
        if (++fired < 5) driver_set_timer(p, 10);
    };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 10); });
    stage.host().advance(milliseconds(35));
    CHECK(fired == 3);
    stage.inside([](ErlDrvPort p) {
        unsigned long left = 99;
        CHECK(driver_read_timer(p, &left) == 0);
        CHECK(left == 5);
        CHECK(driver_cancel_timer(p) == 0);
        CHECK(driver_read_timer(p, &left) == 0);
        CHECK(left == 0);
        CHECK(driver_cancel_timer(p) == 0);
    });
    stage.host().advance(milliseconds(1000));
    CHECK(fired == 3);
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 0); });
    CHECK(fired == 4); // 0 is as soon as the callback is over
    stage.run("port_close(P)");
    stage.host().advance(milliseconds(1000));
    CHECK(fired == 4);
    CHECK(driver_set_timer(handle_of(PortId{5}), 1) == -1);
}

TEST_CASE("a timer without a callback never fires, and is blamed") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { CHECK(driver_set_timer(p, 1) == 0); });
    stage.mark();
    stage.host().advance(milliseconds(5));
    CHECK(stage.trail() == "");
    CHECK(stage.misuses() == "timer-without-timeout-callback");
}

namespace {

struct Jobs {
    std::string done;
    Stage* stage = nullptr;
} jobs;

void invoke(void* data) {
    jobs.done += fmt::format("{}@{} ", static_cast<char*>(data), jobs.stage->host().now().ns / 1'000'000);
}

void free_job(void* data) {
    jobs.done += fmt::format("free-{} ", static_cast<char*>(data));
}

char job_a[] = "a", job_b[] = "b", job_c[] = "c";

} // namespace

TEST_CASE("jobs run one after the other, each for its time") {
    Script script;
    script.ready_async = [](ErlDrvPort, void* data) {
        jobs.done += fmt::format("ready-{}@{} ", static_cast<char*>(data), jobs.stage->host().now().ns / 1'000'000);
    };
    Options options;
    options.async_takes = milliseconds(10);
    Stage stage(script, options);
    jobs = {"", &stage};
    stage.open();
    stage.inside([](ErlDrvPort p) {
        unsigned key = 17;
        const long first = driver_async(p, &key, invoke, job_a, free_job);
        CHECK(first > 0);
        CHECK(key == 0); // overwritten with the number of the only thread
        CHECK(driver_async(p, nullptr, invoke, job_b, free_job) == first + 1);
        CHECK(jobs.done.empty()); // never inside the callback
    });
    CHECK(jobs.done == "a@0 ");
    stage.host().advance(milliseconds(15));
    CHECK(jobs.done == "a@0 ready-a@10 b@10 ");
    stage.host().advance(milliseconds(15));
    CHECK(jobs.done == "a@0 ready-a@10 b@10 ready-b@20 ");
}

TEST_CASE("jobs of a closed port, or of a driver without ready_async, are freed") {
    Script script;
    bool with = false;
    SUBCASE("closed") {
        with = true;
    }
    SUBCASE("without") {}
    if (with) script.ready_async = [](ErlDrvPort, void*) { jobs.done += "ready "; };
    Options options;
    options.async_takes = milliseconds(1);
    Stage stage(script, options);
    jobs = {"", &stage};
    stage.open();
    stage.inside([](ErlDrvPort p) {
        driver_async(p, nullptr, invoke, job_a, free_job);
        driver_async(p, nullptr, invoke, job_b, nullptr);
        driver_async(p, nullptr, invoke, job_c, free_job);
    });
    if (with) stage.run("port_close(P)");
    stage.host().advance(milliseconds(5));
    CHECK(jobs.done == "a@0 free-a b@1 c@2 free-c ");
}

TEST_CASE("a job whose data is still there when the driver goes was forgotten, and no other") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) {
        const auto nothing = [](void*) {};
        const auto frees_its_own = [](void* data) { driver_free(data); };
        driver_async(p, nullptr, nothing, nullptr, nullptr);
        driver_async(p, nullptr, frees_its_own, driver_alloc(8), nullptr);
        driver_async(p, nullptr, nothing, driver_alloc(8), driver_free);
        driver_async(p, nullptr, nothing, driver_alloc(8), nullptr);
    });
    stage.run("port_close(P)");
    stage.host().jobs().report_forgotten(*stage.host().drivers().listed().front());
    std::vector<std::string> forgotten;
    for (const auto& entry : stage.journal())
        if (const auto* cleared = std::get_if<ddll::journal::ClearedAway>(&entry.event))
            if (cleared->cleared == ddll::words::Cleared::async_job_forgotten) forgotten.emplace_back(cleared->what);
    CHECK(forgotten == std::vector<std::string>{"async job 4: neither ready_async nor async_free was given its data, "
                                                "which is still there"});
}

namespace {

class LastInFirstOut final : public Chooser {
public:
    std::size_t choose(std::span<const Step> ready) override {
        most = std::max(most, ready.size());
        return ready.size() - 1;
    }
    std::size_t most = 0;
};

} // namespace

TEST_CASE("the chooser decides between timers of one moment") {
    Script script;
    std::string fired;
    Stage* on = nullptr;
    script.timeout = [&](ErlDrvPort p) { fired += on->print(term::Term::port(ddll::host::port_of(p)->value)); };
    LastInFirstOut chooser;
    Stage stage(script, {}, chooser);
    on = &stage;
    for (const char* name : {"A", "B", "C"}) {
        stage.open("[]", name);
        stage.inside([](ErlDrvPort p) { driver_set_timer(p, 10); }, name);
    }
    stage.host().advance(milliseconds(10));
    CHECK(fired == "CBA");
    CHECK(chooser.most == 3);
}

TEST_CASE("what has an order keeps it, whoever chooses") {
    const auto story = [](Chooser& chooser) {
        Script script;
        Stage stage(script, {}, chooser);
        stage.open("[]", "A");
        stage.open("[]", "B");
        stage.person("Carl", false);
        stage.run("link(Carl)");
        stage.mark();
        stage.run("exit(boom)");
        return stage.trail();
    };
    FirstInFirstOut first;
    LastInFirstOut last;
    const std::string trail = story(first);
    CHECK(trail ==
          "Alice ends boom | stop | closed | Carl ends boom | stop | closed"); // one port for each turn (measured)
    CHECK(story(last) == trail);
}

TEST_CASE("a timer of 0 that is set for ever ends in an impasse") {
    Script script;
    script.timeout = [](ErlDrvPort p) { driver_set_timer(p, 0); };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { driver_set_timer(p, 0); });
    REQUIRE(stage.host().impasse().has_value());
    const auto kind = stage.host().impasse()->kind;
    const bool known = kind == Impasse::Kind::no_rest || kind == Impasse::Kind::journal_full;
    CHECK(known);
    CHECK_FALSE(stage.host().step()); // and nothing goes on
}

TEST_CASE("of two impasses the first one counts") {
    Script script;
    Stage stage(script);
    stage.host().reach_impasse(Impasse::Kind::not_simulated, "first");
    stage.host().reach_impasse(Impasse::Kind::no_rest, "later");
    REQUIRE(stage.host().impasse().has_value());
    CHECK(stage.host().impasse()->kind == Impasse::Kind::not_simulated);
    CHECK(stage.host().impasse()->text == "first");
}

TEST_CASE("a driver's thread must not touch its port, and is found out") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) {
        std::thread([p] {
            char data[] = "x";
            CHECK(driver_output(p, data, 1) == -1);
        }).join();
    });
    stage.run("self()");
    CHECK(stage.misuses() == "call-from-wrong-thread");
    CHECK(stage.heard("Alice") == "");
}

TEST_CASE("handles that are none") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort) {
        char data[] = "x";
        CHECK(driver_output(reinterpret_cast<ErlDrvPort>(data), data, 1) == -1);
        CHECK(driver_output(reinterpret_cast<ErlDrvPort>(-1), data, 1) == -1);
        CHECK(driver_output(nullptr, data, 1) == -1);
        CHECK(driver_output(handle_of(PortId{1234}), data, 1) == -1);
    });
    CHECK(stage.misuses() == "not-a-port-handle not-a-port-handle late-callback-into-closed-port");
}

TEST_CASE("init and removal of a driver that a driver adds") {
    Script script;
    script.init = [] { return -1; };
    Stage refused(script);
    CHECK(refused.host().drivers().find("probe") == nullptr);
    CHECK(refused.run("open_port({spawn_driver, probe}, [])") == "error:badarg");
}
