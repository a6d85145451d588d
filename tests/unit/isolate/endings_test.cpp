#include "isolate/isolate.h"

#include "base/check.h"
#include "base/sanitized.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

using namespace ddll;
using namespace ddll::isolate;
using namespace std::chrono_literals;

/// What the host does around a driver: nothing above this frame can be unwound.
extern "C" void isolate_test_wall(void (*f)());
asm(R"(
    .text
    .globl isolate_test_wall
    .type isolate_test_wall, @function
isolate_test_wall:
    .cfi_startproc
    .cfi_undefined rip
    push %rbp
    mov %rsp, %rbp
    call *%rdi
    pop %rbp
    ret
    .cfi_endproc
    .size isolate_test_wall, .-isolate_test_wall
)");

namespace {

// Each failure sits in a function of its own, whose address range (taken generously) the recorded stack has to meet.
volatile int sink = 0;
int* volatile bad_address = reinterpret_cast<int*>(8);

#define SPECIMEN [[gnu::noinline, gnu::used]] static

SPECIMEN void write_to_eight() {
    *bad_address = 1;
    sink = 1;
}

SPECIMEN void call_exit() {
    std::exit(3);
}

SPECIMEN void call_quick_exit() {
    std::quick_exit(4);
}

SPECIMEN void call_abort() {
    std::abort();
}

SPECIMEN int recurse(int depth) {
    volatile char room[1000];
    room[0] = static_cast<char>(depth);
    if (sink == -1) return 0; // never
    return recurse(depth + 1) + room[0];
}

SPECIMEN void big_frame() {
    volatile char room[16 << 20];
    asm volatile("" : : "r"(room) : "memory");
    room[sink] = 1;
}

struct Oops : std::runtime_error {
    using std::runtime_error::runtime_error;
};

SPECIMEN void throw_oops() {
    throw Oops("no more");
}

SPECIMEN void loop_for_ever() {
    for (;;) sink = sink + 1;
}

SPECIMEN void eat_memory() {
    for (;;) {
        char* p = static_cast<char*>(std::malloc(1 << 20));
        for (int i = 0; i < 1 << 20; i += 4096) const_cast<volatile char*>(p)[i] = 1;
    }
}

SPECIMEN void eat_memory_by_new() {
    for (;;) {
        char* p = new char[1 << 20];
        for (int i = 0; i < 1 << 20; i += 4096) const_cast<volatile char*>(p)[i] = 1;
    }
}

SPECIMEN void break_a_rule() {
    DDLL_CHECK_MSG(sink == -1, "on purpose");
}

// clang's sanitizer would look at what lies before the function.
#ifdef __clang__
[[clang::no_sanitize("function")]]
#endif
SPECIMEN void
call_nowhere() {
    void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    reinterpret_cast<void (*)()>(page)();
    sink = 1;
}

SPECIMEN void use_up_thread_stack() {
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        [](void*) -> void* {
            const SignalStack room;
            sink = recurse(0);
            return nullptr;
        },
        nullptr);
    pthread_join(thread, nullptr);
}

SPECIMEN void throw_behind_wall() {
    isolate_test_wall(throw_oops);
}

Limits limits(std::chrono::milliseconds wall = 20s) {
    Limits l;
    l.wall = wall;
    return l;
}

template <class F>
bool stack_meets(const Ending& e, F* function, std::size_t size = sanitized ? 1000 : 160) {
    const auto start = reinterpret_cast<std::uintptr_t>(function);
    for (const auto address : e.crash.stack)
        if (address >= start && address < start + size) return true;
    return false;
}

template <class How>
const How& as(const Ending& e) {
    INFO("output: " << e.output);
    INFO("alternative " << e.how.index() << ", signal " << e.crash.signal);
    REQUIRE(std::holds_alternative<How>(e.how));
    return std::get<How>(e.how);
}

} // namespace

TEST_CASE("a body that returns is finished, and what it printed is here") {
    const Ending e = run(limits(), [] {
        std::printf("to stdout\n");
        std::fprintf(stderr, "to stderr\n");
    });
    as<Finished>(e);
    CHECK(e.output.find("to stdout\n") != std::string::npos);
    CHECK(e.output.find("to stderr\n") != std::string::npos);
    CHECK(e.output_bytes == e.output.size());
    CHECK(e.crash.stack.empty());
    CHECK(e.crash.signal == 0);
}

TEST_CASE("stdin is empty, handlers of the parent's exit do not run, its unwritten text is not written twice") {
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    static int exit_fd;
    static pid_t owner;
    exit_fd = tell[1];
    owner = getpid();
    std::atexit([] {
        if (getpid() != owner) (void)!write(exit_fd, "x", 1);
    });
    FILE* file = fdopen(dup(tell[1]), "w");
    std::fputs("once", file);
    for (int status : {0, 5}) {
        const Ending e = run(limits(), [status] {
            if (getchar() != EOF) std::abort();
            if (status != 0) std::exit(status);
        });
        if (status == 0)
            as<Finished>(e);
        else
            CHECK(as<Exited>(e).status == status);
    }
    std::fclose(file);
    fcntl(tell[0], F_SETFL, O_NONBLOCK);
    char text[64];
    const ssize_t n = read(tell[0], text, sizeof text);
    CHECK(std::string(text, static_cast<std::size_t>(std::max<ssize_t>(n, 0))) == "once");
    close(tell[0]);
}

TEST_CASE("exit is told with its status and who called it") {
    const Ending e = run(limits(), call_exit);
    CHECK(as<Exited>(e).status == 3);
    CHECK(stack_meets(e, call_exit));
    const Ending quick = run(limits(), call_quick_exit);
    CHECK(as<Exited>(quick).status == 4);
    CHECK(stack_meets(quick, call_quick_exit));
}

TEST_CASE("_exit is told, whatever its status") {
    for (const int status : {3, 0, 70, 255}) {
        const Ending e = run(limits(), [status] { _exit(status); });
        CHECK(as<Exited>(e).status == status);
        CHECK(e.crash.stack.empty());
    }
}

TEST_CASE("a bad address") {
    const Ending e = run(limits(), write_to_eight);
    CHECK(as<Signalled>(e).signal == SIGSEGV);
    CHECK(e.crash.signal == SIGSEGV);
    CHECK(e.crash.has_fault_address);
    CHECK(e.crash.fault_address == 8);
    CHECK_FALSE(e.crash.stack_exhausted);
    CHECK_FALSE(e.crash.near_memory_limit);
    REQUIRE(!e.crash.stack.empty());
    CHECK(e.crash.stack[0] >= reinterpret_cast<std::uintptr_t>(write_to_eight));
    CHECK(e.crash.stack[0] < reinterpret_cast<std::uintptr_t>(write_to_eight) + 160);
    CHECK(e.crash.stack.size() > 3);
    const Module* m = e.crash.module_of(e.crash.stack[0]);
    REQUIRE(m != nullptr);
    Dl_info info;
    REQUIRE(dladdr(reinterpret_cast<void*>(write_to_eight), &info) != 0);
    CHECK(m->base == reinterpret_cast<std::uintptr_t>(info.dli_fbase));
    CHECK(m->path.empty());
    CHECK(e.crash.module_of(8) == nullptr);
}

TEST_CASE("a call to where no code is keeps its callers") {
    const Ending e = run(limits(), call_nowhere);
    CHECK(as<Signalled>(e).signal == SIGSEGV);
    REQUIRE(e.crash.stack.size() > 3);
    CHECK(e.crash.stack[0] == e.crash.fault_address);
    CHECK(stack_meets(e, call_nowhere));
}

TEST_CASE("an exhausted stack") {
    const Ending e = run(limits(), [] { sink = recurse(0); });
    CHECK(as<Signalled>(e).signal == SIGSEGV);
    CHECK(e.crash.stack_exhausted);
    CHECK(stack_meets(e, recurse));
    CHECK(e.crash.stack.size() == 256);
    const Ending big = run(limits(), big_frame);
    CHECK(as<Signalled>(big).signal == SIGSEGV);
    CHECK(big.crash.stack_exhausted);
    CHECK(stack_meets(big, big_frame));
    const Ending thread = run(limits(), use_up_thread_stack);
    CHECK(as<Signalled>(thread).signal == SIGSEGV);
    CHECK(thread.crash.stack_exhausted);
    CHECK(stack_meets(thread, recurse));
}

TEST_CASE("abort, and signals sent by hand") {
    const Ending e = run(limits(), call_abort);
    CHECK(as<Signalled>(e).signal == SIGABRT);
    CHECK_FALSE(e.crash.has_fault_address);
    CHECK(stack_meets(e, call_abort));
    CHECK(as<Signalled>(run(limits(), [] { raise(SIGTERM); })).signal == SIGTERM);
    CHECK(as<Signalled>(run(limits(), [] { raise(SIGKILL); })).signal == SIGKILL);
    const Ending sent = run(limits(), [] { raise(SIGSEGV); });
    CHECK(as<Signalled>(sent).signal == SIGSEGV);
    CHECK_FALSE(sent.crash.has_fault_address);
}

TEST_CASE("an exception nobody catches") {
    const Ending e = run(limits(), throw_oops);
    CHECK(as<Signalled>(e).signal == SIGABRT);
    CHECK(e.crash.exception.find("Oops: no more") != std::string::npos);
    const Ending walled = run(limits(), throw_behind_wall);
    CHECK(as<Signalled>(walled).signal == SIGABRT);
    CHECK(walled.crash.exception.find("Oops: no more") != std::string::npos);
    CHECK(stack_meets(walled, throw_oops));
    CHECK(as<Signalled>(run(limits(), [] { isolate_test_wall([] { throw 7; }); })).signal == SIGABRT);
    CHECK(run(limits(), [] { isolate_test_wall([] { throw 7; }); }).crash.exception == "int");
}

TEST_CASE("a fatal misuse tells its text and its caller") {
    const Ending e = run(limits(), [] { die(words::Fatal::lock, "erl_drv_mutex_destroy(): busy"); });
    CHECK(as<Signalled>(e).signal == SIGABRT);
    CHECK(e.crash.fatal == "erl_drv_mutex_destroy(): busy");
    CHECK_FALSE(e.crash.stack.empty());
}

TEST_CASE("an endless loop is stopped and its stack known") {
    const Ending e = run(limits(200ms), loop_for_ever);
    as<TimedOut>(e);
    CHECK(e.crash.signal == 0);
    if (thread_sanitized) return; // the signal that would tell waits for the loop's end
    CHECK(stack_meets(e, loop_for_ever));
    CHECK(e.crash.stopped == Stopped::running);
}

TEST_CASE("a child that sleeps for ever is told from one that runs, and from one that died") {
    CHECK(run(limits(50ms), [] {
              for (;;) pause();
          }).crash.stopped == Stopped::waiting);
    CHECK(run(limits(50ms), [] {
              int pipes[2];
              char byte = 0;
              if (pipe(pipes) == 0) (void)!read(pipes[0], &byte, 1);
          }).crash.stopped == Stopped::waiting);
    CHECK(run(limits(), [] { raise(SIGSEGV); }).crash.stopped == Stopped::no);
}

TEST_CASE("a child that hears no signal is stopped all the same") {
    as<TimedOut>(run(limits(50ms), [] {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, nullptr);
        loop_for_ever();
    }));
    as<TimedOut>(run(limits(50ms), [] { raise(SIGSTOP); }));
    as<TimedOut>(run(limits(50ms), [] {
        setsid();
        setpgid(0, 0);
        for (int fd = 0; fd < 100; ++fd) close(fd);
        for (;;) pause();
    }));
}

TEST_CASE("memory eaten up") {
    Limits l = limits();
    l.memory = std::size_t{256} << 20;
    as<OutOfMemory>(run(l, eat_memory));
    const Ending e = run(l, [] { isolate_test_wall(eat_memory_by_new); });
    as<OutOfMemory>(e);
    if (!sanitized) {
        CHECK(e.crash.exception.find("std::bad_alloc") != std::string::npos);
        CHECK(stack_meets(e, eat_memory_by_new));
    }
}

TEST_CASE("a bad address is not blamed on memory that a child uses within its limit") {
    Limits l = limits();
    // ThreadSanitizer has shadows of its own for every byte.
    l.memory = std::size_t{thread_sanitized ? 2048 : 256} << 20;
    const Ending e = run(l, [] {
        std::vector<char> some(64 << 20, 'x');
        sink = some[12345];
        write_to_eight();
    });
    CHECK(as<Signalled>(e).signal == SIGSEGV);
}

TEST_CASE("a flood of output is counted and its end kept") {
    constexpr std::uint64_t lines = 3'000'000;
    const Ending e = run(limits(60s), [] {
        for (std::uint64_t i = 0; i < lines; ++i) std::fputs("a line of a driver that talks a lot\n", stdout);
        std::fputs("the last word", stdout);
    });
    as<Finished>(e);
    CHECK(e.output_bytes == lines * 36 + 13);
    CHECK(e.output.size() == 64 * 1024);
    CHECK(e.output.substr(e.output.size() - 13) == "the last word");
}

TEST_CASE("a flood that never ends is stopped by time") {
    const Ending e = run(limits(100ms), [] {
        for (;;) (void)!write(1, "flood", 5);
    });
    as<TimedOut>(e);
    CHECK(e.output_bytes > 0);
}

TEST_CASE("a grandchild cannot keep the parent waiting") {
    const Ending e = run(limits(), [] {
        if (fork() == 0)
            for (;;) pause();
    });
    as<Finished>(e);
    // One that left the session, and floods what it inherited.
    static auto* const left = static_cast<std::atomic<pid_t>*>(
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    const Ending away = run(limits(), [] {
        if (fork() == 0) {
            setsid();
            *left = getpid();
            for (;;) (void)!write(1, "x", 1);
        }
        while (*left == 0) continue;
    });
    CHECK(*left > 0);
    kill(*left, SIGKILL);
    as<Finished>(away);
}

TEST_CASE("a bug of ours is never taken for the driver's") {
    const Ending e = run(limits(), break_a_rule);
    const std::string text = as<Bug>(e).text;
    CHECK(text.find("sink == -1") != std::string::npos);
    CHECK(text.find("on purpose") != std::string::npos);
    CHECK(stack_meets(e, break_a_rule));
}

TEST_CASE("in process there is no child") {
    const pid_t here = getpid();
    pid_t there = 0;
    as<Finished>(run(
        limits(), [&there] { there = getpid(); }, true));
    CHECK(there == here);
}
