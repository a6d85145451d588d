#include "isolate/isolate.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

using namespace ddll::isolate;
using Clock = std::chrono::steady_clock;

namespace {

/// Talks to a child over a socket: each byte sent is one piece of work.
struct Talk : Besides {
    Talk() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0); }
    ~Talk() {
        for (const int fd : ends) close(fd);
    }
    void add_to(std::vector<pollfd>& fds) override { fds.push_back({ends[0], POLLIN, 0}); }
    void act(std::span<const pollfd> polled) override {
        REQUIRE(polled.size() == 1);
        CHECK(polled[0].fd == ends[0]);
        char byte = 0;
        if ((polled[0].revents & POLLIN) == 0 || recv(ends[0], &byte, 1, MSG_DONTWAIT) != 1) return;
        heard += byte;
        deadline.reset();
        if (heard.size() < to_say) say();
    }
    std::optional<Clock::time_point> wakeup() const override { return std::nullopt; }
    bool goes_on() const override { return more; }

    void say() {
        deadline = Clock::now() + limit;
        REQUIRE(write(ends[0], "x", 1) == 1);
    }
    /// Answers until it is told q.
    void answer() const {
        for (char byte = 0; read(ends[1], &byte, 1) == 1;) {
            if (byte == 'q') return;
            if (byte == 'h')
                for (;;) pause();
            static_cast<void>(!write(ends[1], "y", 1));
        }
    }
    Job job() {
        Job out;
        out.body = [this] {
            close(ends[0]);
            answer();
        };
        out.deadline = [this] { return deadline; };
        out.done = [this](Ending e) {
            ending = std::move(e);
            more = false;
        };
        return out;
    }

    int ends[2];
    std::string heard;
    std::size_t to_say = 0;
    std::chrono::milliseconds limit{60'000};
    std::optional<Clock::time_point> deadline;
    std::optional<Ending> ending;
    bool more = true;
};

} // namespace

TEST_CASE("sockets are served while a child runs") {
    Talk talk;
    talk.to_say = 100;
    Pool pool(1);
    pool.add(talk.job());
    talk.say();
    struct Until : Besides {
        explicit Until(Talk& t) : talk(t) {}
        void add_to(std::vector<pollfd>& fds) override { talk.add_to(fds); }
        void act(std::span<const pollfd> polled) override {
            talk.act(polled);
            if (talk.heard.size() == talk.to_say && !told) told = write(talk.ends[0], "q", 1) == 1;
        }
        std::optional<Clock::time_point> wakeup() const override { return std::nullopt; }
        bool goes_on() const override { return talk.goes_on(); }
        Talk& talk;
        bool told = false;
    } until(talk);
    pool.run(&until);
    CHECK(talk.heard == std::string(100, 'y'));
    REQUIRE(talk.ending);
    CHECK(std::holds_alternative<Finished>(talk.ending->how));
}

TEST_CASE("a child with a deadline of its own may wait for work as long as it likes, and not work for ever") {
    Talk talk;
    Job job = talk.job();
    job.limits.wall = std::chrono::milliseconds(1); // does not count
    Pool pool(1);
    pool.add(std::move(job));
    talk.limit = std::chrono::milliseconds(100);
    struct Slow : Besides {
        explicit Slow(Talk& t) : talk(t), at(Clock::now() + std::chrono::milliseconds(150)) {}
        void add_to(std::vector<pollfd>& fds) override { talk.add_to(fds); }
        void act(std::span<const pollfd>) override {
            if (said || Clock::now() < at) return;
            CHECK(!talk.ending); // it was left in peace until now
            talk.deadline = Clock::now() + talk.limit;
            said = write(talk.ends[0], "h", 1) == 1;
        }
        std::optional<Clock::time_point> wakeup() const override {
            if (said) return std::nullopt;
            return at;
        }
        bool goes_on() const override { return talk.goes_on(); }
        Talk& talk;
        Clock::time_point at;
        bool said = false;
    } slow(talk);
    pool.run(&slow);
    REQUIRE(talk.ending);
    CHECK(std::holds_alternative<TimedOut>(talk.ending->how));
}

TEST_CASE("without a child the pool goes on as long as it is wanted, and wakes when asked to") {
    struct Clockwork : Besides {
        void add_to(std::vector<pollfd>&) override {}
        void act(std::span<const pollfd>) override { ++acted; }
        std::optional<Clock::time_point> wakeup() const override { return Clock::now(); }
        bool goes_on() const override { return acted < 5; }
        int acted = 0;
    } clockwork;
    Pool(1).run(&clockwork);
    CHECK(clockwork.acted == 5);
}

TEST_CASE("a job may be added while the pool goes on") {
    Pool pool(1);
    struct Adds : Besides {
        explicit Adds(Pool& p) : pool(p) {}
        void add_to(std::vector<pollfd>&) override {}
        void act(std::span<const pollfd>) override {
            if (added) return;
            added = true;
            Job job;
            job.body = [] {};
            job.done = [this](Ending ending) { finished = std::holds_alternative<Finished>(ending.how); };
            pool.add(std::move(job));
        }
        std::optional<Clock::time_point> wakeup() const override {
            if (added) return std::nullopt;
            return Clock::now();
        }
        bool goes_on() const override { return !finished; }
        Pool& pool;
        bool added = false, finished = false;
    } adds(pool);
    pool.run(&adds);
    CHECK(adds.finished);
}
