// What a child's own children do: copies of it that would go on as if they were it, and processes that would stay.
#include "isolate/copy.h"
#include "isolate/crash.h"
#include "isolate/descendants.h"
#include "isolate/isolate.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <new>

using namespace ddll::isolate;

namespace {

/// Shared with children.
std::atomic<int>& shared_number() {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return *new (memory) std::atomic<int>(0);
}

bool is_gone(pid_t process) {
    for (int i = 0; i < 2000; ++i) {
        if (kill(process, 0) != 0) return true;
        poll(nullptr, 0, 1);
    }
    return false;
}

} // namespace

TEST_CASE("a copy of a child knows that it is one, and the child hears of it") {
    std::atomic<int>& heard = shared_number();
    const Ending ending = run({}, [&] {
        if (is_copy()) return;
        if (fork() == 0) {
            if (is_copy()) end_copy();
            _exit(1);
        }
        while (copies_that_came_back() == 0) poll(nullptr, 0, 1);
        heard = is_copy() ? 0 : 1;
    });
    CHECK(std::holds_alternative<Finished>(ending.how));
    CHECK(heard == 1);
}

TEST_CASE("a copy that crashes is not taken for its original") {
    const Ending ending = run({}, [] {
        const pid_t copy = fork();
        if (copy == 0) raise(SIGSEGV);
        is_gone(copy);
    });
    CHECK(std::holds_alternative<Finished>(ending.how));
    CHECK(ending.crash.signal == 0);
}

TEST_CASE("what a child started ends with it, in whatever session it is") {
    std::atomic<int>& helper = shared_number();
    const auto start_helper = [&helper] {
        if (fork() == 0) {
            setsid();
            if (fork() != 0) _exit(0); // its parent is gone from here on
            helper = getpid();
            for (;;) pause();
        }
        while (helper == 0) poll(nullptr, 0, 1);
    };
    SUBCASE("when it comes to its end") {
        run({}, start_helper);
    }
    SUBCASE("when it crashes") {
        run({}, [&] {
            start_helper();
            raise(SIGSEGV);
        });
    }
    SUBCASE("when it takes too long") {
        Limits limits;
        limits.wall = std::chrono::milliseconds(500);
        run(limits, [&] {
            start_helper();
            for (;;) pause();
        });
    }
    REQUIRE(helper != 0);
    CHECK(is_gone(helper));
}

TEST_CASE("the children of a process are told, and those that ended are not among them") {
    std::atomic<int>& right = shared_number();
    run({}, [&] {
        std::array<pid_t, 4> found{};
        const std::size_t before = children_of(getpid(), found);
        const pid_t child = fork();
        if (child == 0)
            for (;;) pause();
        const std::size_t now = children_of(getpid(), found);
        const bool told = now == 1 && found[0] == child;
        kill(child, SIGKILL);
        right = before == 0 && told && is_gone(child) && children_of(getpid(), found) == 0 ? 1 : 0;
    });
    CHECK(right == 1);
}
