#include "session/lines.h"

#include "session/protocol.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

using namespace ddll::session;

namespace {

struct Pair {
    Pair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }
    ~Pair() {
        for (const int fd : ends)
            if (fd >= 0) close(fd);
    }
    void hang_up() { close(std::exchange(ends[0], -1)); }
    int ends[2];
};

} // namespace

TEST_CASE("lines come back as they were written, also several at once and empty ones") {
    Pair pair;
    REQUIRE(write_line(pair.ends[0], "one"));
    REQUIRE(write_line(pair.ends[0], ""));
    REQUIRE(write_line(pair.ends[0], std::string(50'000, 'x')));
    pair.hang_up();
    LineReader reader(pair.ends[1]);
    CHECK(reader.next() == "one");
    CHECK(reader.next() == "");
    CHECK(reader.next() == std::string(50'000, 'x'));
    CHECK(!reader.next());
}

TEST_CASE("half a line is no line") {
    Pair pair;
    REQUIRE(write(pair.ends[0], "half", 4) == 4);
    pair.hang_up();
    CHECK(!LineReader(pair.ends[1]).next());
}

TEST_CASE("a line without an end is given up at the longest there may be") {
    Pair pair;
    std::thread writer([&] {
        const std::string much(1 << 20, 'x');
        for (std::size_t all = 0; all <= longest_line + much.size(); all += much.size())
            if (send(pair.ends[0], much.data(), much.size(), MSG_NOSIGNAL) < 0) return;
    });
    CHECK(!LineReader(pair.ends[1]).next());
    shutdown(pair.ends[1], SHUT_RDWR);
    writer.join();
}

TEST_CASE("writing to somebody who is gone is told, and kills nobody") {
    Pair pair;
    pair.hang_up();
    CHECK(!write_line(pair.ends[1], "anybody there?"));
}
