#include "host/io/poller.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <thread>

using namespace ddll;
using namespace ddll::host;

namespace {

struct Pipe {
    int ends[2];
    Pipe() { REQUIRE(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0); }
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) close(end);
    }
    Pipe(const Pipe&) = delete;
    void fill() { REQUIRE(write(ends[1], "x", 1) == 1); }
    int reading() const { return ends[0]; }
    int writing() const { return ends[1]; }
};

std::vector<int> ready(Poller& poller, Direction direction) {
    std::vector<Poller::Event> events;
    poller.ready(100, events);
    std::vector<int> out;
    for (const auto& event : events)
        if (event.direction == direction) out.push_back(event.descriptor);
    return out;
}

constexpr PortId one{1}, two{2};

} // namespace

TEST_CASE("only what is selected is ready, in ascending order") {
    Poller poller;
    Pipe a, b, c;
    for (Pipe* pipe : {&a, &b, &c}) pipe->fill();
    poller.add(c.reading(), Direction::input, one);
    poller.add(a.reading(), Direction::input, two);
    CHECK(poller.look().empty());
    CHECK(ready(poller, Direction::input) == std::vector{a.reading(), c.reading()});
    CHECK(ready(poller, Direction::output).empty());
    CHECK(poller.round_open());
}

TEST_CASE("what is deselected in the middle of a round is not ready any more, also when it is selected again") {
    Poller poller;
    Pipe a, b;
    a.fill();
    b.fill();
    poller.add(a.reading(), Direction::input, one);
    poller.add(b.reading(), Direction::input, one);
    poller.look();
    poller.remove(a.reading(), Direction::input);
    poller.add(a.reading(), Direction::input, two);
    CHECK(ready(poller, Direction::input) == std::vector{b.reading()});
    poller.take({b.reading(), Direction::input});
    CHECK_FALSE(poller.round_open());
    poller.look();
    CHECK(ready(poller, Direction::input) == std::vector{a.reading(), b.reading()});
}

TEST_CASE("each is ready once in a round, however much there is to read") {
    Poller poller;
    Pipe a;
    a.fill();
    poller.add(a.reading(), Direction::input, one);
    poller.look();
    poller.take({a.reading(), Direction::input});
    CHECK_FALSE(poller.round_open());
    CHECK(ready(poller, Direction::input).empty());
}

TEST_CASE("a muted direction is left alone until the rest") {
    Poller poller;
    Pipe a;
    poller.add(a.writing(), Direction::output, one);
    poller.look();
    poller.take({a.writing(), Direction::output});
    poller.mute({a.writing(), Direction::output});
    poller.look();
    CHECK_FALSE(poller.round_open());
    poller.rest();
    poller.look();
    CHECK(ready(poller, Direction::output) == std::vector{a.writing()});
    CHECK((*poller.find(a.writing()))[Direction::output].calls == 0);
}

TEST_CASE("a closed descriptor is told, and told from one whose number was used again") {
    Poller poller;
    int number = 0;
    {
        Pipe a;
        number = a.reading();
        poller.add(number, Direction::input, one);
    }
    CHECK(poller.look() == std::vector{number});
    const FileIdentity before = poller.find(number)->file;
    Pipe again;
    REQUIRE(again.reading() == number);
    CHECK(before);
    CHECK(identity_of(number) != before);
    CHECK_FALSE(identity_of(-1));
}

TEST_CASE("a descriptor in use stays known when nobody is interested in it") {
    Poller poller;
    Pipe a;
    poller.add(a.reading(), Direction::input, one);
    poller.set_used(a.reading(), true);
    CHECK(poller.of(one) == std::vector{a.reading()});
    poller.remove(a.reading(), Direction::input);
    CHECK(poller.of(one).empty());
    REQUIRE(poller.find(a.reading()) != nullptr);
    CHECK_FALSE(poller.empty());
    poller.set_used(a.reading(), false);
    CHECK(poller.empty());
}

TEST_CASE("waiting ends when a descriptor is ready, when it is woken, and when time is up") {
    Poller poller;
    CHECK_FALSE(poller.wait(std::chrono::milliseconds(0)));
    poller.wake();
    CHECK(poller.wait(std::chrono::milliseconds(0)));
    CHECK_FALSE(poller.wait(std::chrono::milliseconds(0)));
    std::thread other([&] { poller.wake(); });
    CHECK(poller.wait(std::chrono::hours(1)));
    other.join();
    Pipe a;
    poller.add(a.reading(), Direction::input, one);
    CHECK_FALSE(poller.wait(std::chrono::milliseconds(0)));
    a.fill();
    CHECK(poller.wait(std::chrono::hours(1)));
}
