#include "stage.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <set>

using namespace ddll;
using namespace ddll::host;
using namespace ddll::host::test;

namespace {

ErlDrvEvent event(int descriptor) {
    return reinterpret_cast<ErlDrvEvent>(static_cast<std::intptr_t>(descriptor));
}

// Two pipes of the test, and a driver that reads one byte and notes it.
struct Pipes {
    int reading[2], writing[2];
    std::string noted;
    Pipes() {
        for (int i = 0; i < 2; ++i) {
            int ends[2];
            REQUIRE(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
            reading[i] = ends[0];
            writing[i] = ends[1];
        }
    }
    ~Pipes() {
        for (const int* ends : {reading, writing})
            for (int i = 0; i < 2; ++i) close(ends[i]);
    }
    Pipes(const Pipes&) = delete;
    Script script() {
        Script script;
        script.ready_input = [this](ErlDrvPort, int descriptor) {
            char byte = '-';
            CHECK(read(descriptor, &byte, 1) == 1);
            noted += byte;
        };
        script.ready_output = [this](ErlDrvPort, int descriptor) { noted += descriptor == writing[0] ? '>' : '}'; };
        script.stop_select = [this](int) { noted += '.'; };
        return script;
    }
    void put(int which, std::string_view text) const {
        REQUIRE(write(writing[which], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
};

} // namespace

TEST_CASE("descriptors take turns, however much there is to read from one") {
    Pipes pipes;
    Script script = pipes.script();
    Stage stage(script);
    stage.open();
    stage.inside([&](ErlDrvPort p) {
        for (const int descriptor : pipes.reading) CHECK(driver_select(p, event(descriptor), ERL_DRV_READ, 1) == 0);
    });
    pipes.put(0, "aaaa");
    pipes.put(1, "bb");
    stage.host().run_until_idle();
    CHECK(pipes.noted == "ababaa");
    CHECK(stage.misuses().empty());
}

TEST_CASE("a timer comes before descriptors, a job after a round of them") {
    Pipes pipes;
    Script script = pipes.script();
    script.timeout = [&](ErlDrvPort) { pipes.noted += 'T'; };
    script.ready_async = [&](ErlDrvPort, void*) { pipes.noted += 'J'; };
    Stage stage(script);
    stage.open();
    pipes.put(0, "aaa");
    stage.inside([&](ErlDrvPort p) {
        driver_async(
            p, nullptr, [](void*) {}, nullptr, nullptr);
        driver_select(p, event(pipes.reading[0]), ERL_DRV_READ, 1);
        driver_set_timer(p, 0);
    });
    CHECK(pipes.noted == "TaaJa"); // the job is taken after the first round and ends after the second
}

TEST_CASE("a descriptor that is always ready does not keep a job from its end, and is found out") {
    Pipes pipes;
    Script script = pipes.script();
    std::size_t calls_before_job = 0;
    script.ready_async = [&](ErlDrvPort, void*) { calls_before_job = pipes.noted.size(); };
    Stage stage(script);
    stage.open();
    stage.inside([&](ErlDrvPort p) {
        driver_select(p, event(pipes.writing[0]), ERL_DRV_WRITE, 1);
        driver_async(
            p, nullptr, [](void*) {}, nullptr, nullptr);
    });
    CHECK(calls_before_job == 2);
    CHECK(stage.misuses() == "descriptor-stays-ready");
    CHECK(pipes.noted.size() > 50);
    CHECK(pipes.noted.size() < 200);
    const std::size_t first = pipes.noted.size();
    stage.host().run_until_idle();
    CHECK(pipes.noted.size() == 2 * first); // another step of the story, another try
    CHECK_FALSE(stage.host().impasse());
}

TEST_CASE("a driver that does something each time is not blamed, however long it takes") {
    Pipes pipes;
    Script script = pipes.script();
    Stage stage(script);
    stage.open();
    pipes.put(0, std::string(60'000, 'x'));
    stage.inside([&](ErlDrvPort p) { driver_select(p, event(pipes.reading[0]), ERL_DRV_READ, 1); });
    CHECK(pipes.noted == std::string(60'000, 'x'));
    CHECK(stage.misuses().empty());
}

TEST_CASE("by a seed ready descriptors come in any order, and all of them") {
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        Pipes pipes;
        Script script = pipes.script();
        Shuffled chooser(seed);
        Stage stage(script, {}, chooser);
        stage.open();
        pipes.put(0, "a");
        pipes.put(1, "b");
        stage.inside([&](ErlDrvPort p) {
            for (const int descriptor : pipes.reading) driver_select(p, event(descriptor), ERL_DRV_READ, 1);
        });
        orders.insert(pipes.noted);
    }
    CHECK(orders == std::set<std::string>{"ab", "ba"});
}

TEST_CASE("what start selected and left selected when it failed is found") {
    Pipes pipes;
    Script script = pipes.script();
    script.start = [&](ErlDrvPort p, const std::string&) {
        driver_select(p, event(pipes.reading[0]), ERL_DRV_READ | ERL_DRV_USE, 1);
        return ERL_DRV_ERROR_GENERAL;
    };
    Stage stage(script);
    CHECK(stage.run("open_port({spawn_driver, probe}, [])") == "error:einval");
    CHECK(stage.misuses() == "fd-left-selected");
    pipes.put(0, "x");
    stage.host().run_until_idle();
    CHECK(pipes.noted.empty());
    CHECK(stage.host().io().poller().empty());
}

TEST_CASE("a queue that is drained by ready_output ends a closing port") {
    Pipes pipes;
    Script script = pipes.script();
    script.flush = [&](ErlDrvPort p) { driver_select(p, event(pipes.writing[0]), ERL_DRV_WRITE | ERL_DRV_USE, 1); };
    script.ready_output = [&](ErlDrvPort p, int descriptor) {
        if (driver_deq(p, 1) == 0) driver_select(p, event(descriptor), ERL_DRV_USE, 0);
    };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) {
        char bytes[] = "abc";
        driver_enq(p, bytes, 3);
    });
    stage.mark();
    CHECK(stage.run("port_close(P)") == "true");
    CHECK(stage.trail() ==
          "draining | Alice gets {'EXIT',P,normal} | flush | ready_output | ready_output | ready_output | "
          "stop_select | stop | closed");
    CHECK(stage.misuses().empty());
}

TEST_CASE("the number of a closed descriptor, used again by another file, does not call the old port") {
    Pipes pipes;
    Script script = pipes.script();
    Stage stage(script);
    stage.open();
    stage.inside([&](ErlDrvPort p) {
        driver_select(p, event(pipes.reading[0]), ERL_DRV_READ, 1);
        CHECK(dup2(pipes.reading[1], pipes.reading[0]) == pipes.reading[0]);
    });
    pipes.put(1, "x");
    stage.host().run_until_idle();
    CHECK(pipes.noted.empty());
    CHECK(stage.misuses() == "fd-closed-while-selected");
}
