#include "isolate/child.h"

#include "isolate/copy.h"
#include "isolate/descendants.h"
#include "isolate/interruption.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

extern "C" FILE* _IO_list_all; // of the C library: every stream that is open

namespace ddll::isolate {
namespace {

void limit(decltype(RLIMIT_CORE) what, rlim_t value) {
    rlimit now{};
    if (getrlimit(what, &now) != 0) return;
    if (now.rlim_max != RLIM_INFINITY) value = std::min(value, now.rlim_max);
    const rlimit wanted{value, value};
    setrlimit(what, &wanted);
}

void limit_memory(std::size_t beyond, Block& block) {
    // A sanitized program writes all over its address space; there the parent watches what is resident.
    if (beyond == 0 || sanitized) return;
    const std::uint64_t used = data_used();
    if (used == 0) return;
    block.memory_limit = used + beyond;
    block.memory_slack = beyond / 4;
    limit(RLIMIT_DATA, block.memory_limit);
    // Shared memory is none of that. Runtimes reserve gigabytes of addresses, and have no memory there: far above them.
    constexpr std::uint64_t reserved = 64;
    limit(RLIMIT_AS, block.memory_limit + reserved * beyond);
}

void attach_output(int output, std::span<const int> others) {
    // The parent may run with stdin, stdout or stderr closed: keep clear of 0 to 2 before filling them.
    const int safe = fcntl(output, F_DUPFD_CLOEXEC, 3);
    close(output);
    for (const int fd : others) close(fd);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null > 0) {
        dup2(null, 0);
        if (null > 2) close(null);
    }
    dup2(safe, 1);
    dup2(safe, 2);
    close(safe);
}

void reset_signals() {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (const int signal : ending_signals) sigaction(signal, &plain, nullptr);
    // A write into a closed pipe fails with EPIPE, as in every program that talks to others, an emulator among them.
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, nullptr);
    // An emulator has it so (measured): nobody has to wait for a child, and who does hears of none.
    sigaction(SIGCHLD, &ignore, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// A thread of the driver may wait in a stream, with its lock: exit() does not wait for it either.
void flush_what_is_free() {
    for (FILE* stream = _IO_list_all; stream != nullptr; stream = stream->_chain) {
        if (stream->_IO_write_ptr == stream->_IO_write_base || ftrylockfile(stream) != 0) continue;
        fflush_unlocked(stream);
        funlockfile(stream);
    }
}

} // namespace

void live(const ChildSetup& setup, const Job& job) noexcept {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != setup.parent) _exit(1);
    reset_signals();
    attach_output(setup.output, setup.others);
    // 1, not 0: a core_pattern that names a program ignores 0. Either keeps a core file from being written.
    limit(RLIMIT_CORE, 1);
    const SignalStack signal_stack;
    install_crash_handlers(setup.block);
    become_original();
    // What a driver starts and what loses its parent stays a descendant, whatever session it is in.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    limit_memory(job.limits.memory, *setup.block);

    job.body();

    // What follows a body that returned (destructors of statics, handlers of atexit) belongs to the parent.
    flush_what_is_free();
    kill_descendants(getpid());
    setup.block->returned.store(true, std::memory_order_release);
    _exit(0);
}

} // namespace ddll::isolate
