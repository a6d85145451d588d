#include "isolate/interruption.h"
#include "isolate/isolate.h"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <new>
#include <string>
#include <vector>

using namespace ddll::isolate;
using namespace std::chrono_literals;

namespace {

std::vector<int> open_descriptors() {
    std::vector<int> out;
    for (int fd = 0; fd < 256; ++fd)
        if (fcntl(fd, F_GETFD) >= 0) out.push_back(fd);
    return out;
}

Job job(std::function<void()> body, std::function<void(Ending)> done) {
    Job out;
    out.body = std::move(body);
    out.done = std::move(done);
    return out;
}

template <class T>
class Shared {
public:
    Shared() : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        new (memory_) T();
    }
    ~Shared() { munmap(memory_, sizeof(T)); }
    T* operator->() const { return static_cast<T*>(memory_); }

private:
    void* memory_;
};

struct Counts {
    std::atomic<int> now{0}, most{0};
};

} // namespace

TEST_CASE("jobs run in parallel, up to the number allowed, and each ends once") {
    const Shared<Counts> counts;
    Pool pool(3);
    std::vector<int> ended(20);
    for (std::size_t i = 0; i < ended.size(); ++i) {
        Job one;
        one.body = [&counts, i] {
            const int now = ++counts->now;
            int most = counts->most;
            while (now > most && !counts->most.compare_exchange_weak(most, now)) continue;
            // Early ones wait for company, which shows that they are not run one after the other.
            if (i < 3)
                while (counts->most < 2) continue;
            --counts->now;
            std::printf("job %zu", i);
        };
        one.done = [&ended, i](Ending e) {
            ended[i] += std::holds_alternative<Finished>(e.how) && e.output == "job " + std::to_string(i);
        };
        pool.add(std::move(one));
    }
    pool.run();
    for (const int n : ended) CHECK(n == 1);
    CHECK(counts->most >= 2);
    CHECK(counts->most <= 3);
    CHECK_FALSE(pool.interrupted());
}

TEST_CASE("a job's end may bring more jobs") {
    Pool pool(2);
    int left = 5;
    std::function<void(Ending)> again = [&](Ending e) {
        CHECK(std::holds_alternative<Finished>(e.how));
        if (--left > 0) pool.add(job([] {}, again));
    };
    pool.add(job([] {}, again));
    pool.run();
    CHECK(left == 0);
}

TEST_CASE("one child's death leaves the others alone") {
    Pool pool(4);
    int finished = 0, signalled = 0, exited = 0;
    for (int i = 0; i < 12; ++i) {
        Job one;
        one.body = [i] {
            if (i % 3 == 1) raise(SIGKILL);
            if (i % 3 == 2) _exit(9);
        };
        one.done = [&](Ending e) {
            finished += std::holds_alternative<Finished>(e.how);
            signalled += std::holds_alternative<Signalled>(e.how);
            exited += std::holds_alternative<Exited>(e.how);
        };
        pool.add(std::move(one));
    }
    pool.run();
    CHECK(finished == 4);
    CHECK(signalled == 4);
    CHECK(exited == 4);
}

TEST_CASE("a child sees the same descriptors, however many run beside it") {
    const auto before = open_descriptors();
    const auto say = [] {
        for (const int fd : open_descriptors()) std::printf("%d ", fd);
    };
    std::string alone;
    Pool one(1);
    one.add(job(say, [&](Ending e) { alone = e.output; }));
    one.run();
    Pool many(4);
    std::vector<std::string> together;
    for (int i = 0; i < 8; ++i) many.add(job(say, [&](Ending e) { together.push_back(e.output); }));
    many.run();
    CHECK(alone.substr(0, 6) == "0 1 2 ");
    for (const auto& text : together) CHECK(text == alone);
    CHECK(open_descriptors() == before);
}

TEST_CASE("an interrupt kills the children and cancels what waits") {
    for (const int signal : ending_signals) {
        struct sigaction before {};
        sigaction(signal, nullptr, &before);
        Pool pool(2);
        int cancelled = 0;
        const pid_t parent = getpid();
        for (int i = 0; i < 6; ++i) {
            Job one;
            // One of them: ThreadSanitizer brings a second signal when the handler is gone.
            one.body = [parent, signal, sends = i == 0] {
                if (sends) kill(parent, signal);
                for (;;) pause();
            };
            one.done = [&](Ending e) { cancelled += std::holds_alternative<Cancelled>(e.how); };
            pool.add(std::move(one));
        }
        pool.run();
        CHECK(cancelled == 6);
        CHECK(pool.interrupted());
        struct sigaction after {};
        sigaction(signal, nullptr, &after);
        CHECK((after.sa_handler == before.sa_handler));
        CHECK(waitpid(-1, nullptr, WNOHANG) == -1); // nobody left behind
    }
}

TEST_CASE("a signal that comes before a pool, or between two, ends them too") {
    for (const int signal : ending_signals) {
        struct sigaction before {};
        sigaction(signal, nullptr, &before);
        {
            const Interruption interruption;
            CHECK_FALSE(Interruption::requested());
            raise(signal);
            CHECK(Interruption::requested());
            for (int round = 0; round < 2; ++round) {
                Pool pool(1);
                bool cancelled = false;
                Job one;
                one.body = [] {};
                one.done = [&](Ending e) { cancelled = std::holds_alternative<Cancelled>(e.how); };
                pool.add(std::move(one));
                pool.run();
                CHECK(cancelled);
                CHECK(pool.interrupted());
            }
        }
        struct sigaction after {};
        sigaction(signal, nullptr, &after);
        CHECK((after.sa_handler == before.sa_handler));
        const Interruption again; // a new one does not know of the old signal
        CHECK_FALSE(Interruption::requested());
    }
}

TEST_CASE("who ignores SIGHUP goes on ignoring it") {
    struct sigaction ignore {
    }, before{};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGHUP, &ignore, &before);
    {
        const Interruption interruption;
        raise(SIGHUP);
        CHECK_FALSE(Interruption::requested());
    }
    sigaction(SIGHUP, &before, nullptr);
}

TEST_CASE("a signal that was held back comes when an interruption is there") {
    sigset_t before, mine, after;
    sigemptyset(&mine);
    sigaddset(&mine, SIGTERM);
    sigprocmask(SIG_SETMASK, nullptr, &before);
    sigprocmask(SIG_BLOCK, &mine, nullptr); // whoever began the program had it so
    Interruption::hold_back();
    raise(SIGTERM);
    raise(SIGINT);
    {
        const Interruption interruption;
        CHECK_FALSE(Interruption::requested());
        Interruption::let_through();
        CHECK(Interruption::requested());
        sigprocmask(SIG_SETMASK, nullptr, &after);
        CHECK(sigismember(&after, SIGTERM) == 0);
    }
    sigprocmask(SIG_SETMASK, &mine, nullptr);
    Interruption::hold_back();
    Interruption::let_through(); // with none the mask is what it was
    sigprocmask(SIG_SETMASK, nullptr, &after);
    CHECK(sigismember(&after, SIGTERM) == 1);
    CHECK(sigismember(&after, SIGINT) == 0);
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a child does not outlive a parent that is killed") {
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const pid_t parent = fork();
    if (parent == 0) {
        run({}, [&tell] {
            close(tell[0]);
            (void)!write(tell[1], "!", 1);
            for (;;) pause();
        });
        _exit(0);
    }
    close(tell[1]);
    char byte = 0;
    REQUIRE(read(tell[0], &byte, 1) == 1);
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    CHECK(read(tell[0], &byte, 1) == 0); // the end comes only when the child is gone, too
    close(tell[0]);
}
