/// Functions of the system that reach what belongs to the emulator and not to a driver: descriptors, children, the
/// process as such. They stand in front of the C library's own in every run, and hand on what driver code in this
/// process did not ask for, and what reaches nothing of the emulator's. Not in sanitized builds.
#include "api/interposed.h"
#include "base/program.h"
#include "base/sanitized.h"
#include "host/current.h"
#include "host/host.h"
#include "isolate/exit.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#ifndef DDLL_SANITIZED

using namespace ddll;

namespace {

/// Not by the return address where more is known: a driver whose last act is the call is not on the stack any more.
bool is_driver_code(const void* caller) {
    if (const auto side = host::side_of_this_thread()) return *side == host::Side::driver;
    return !is_of_program(caller);
}

/// What looks after the emulator's things, when driver code calls; else nullptr.
host::EmulatorProcess* asked_by(const void* caller) {
    host::Host* current = host::current();
    return current != nullptr && is_driver_code(caller) ? &current->probe().process() : nullptr;
}

#define DDLL_ASKED asked_by(__builtin_return_address(0))

/// True when the driver is not to be let at it. A child between fork, or vfork, and exec may do what it likes.
bool refused(host::EmulatorProcess* process, int descriptor, const char* function, bool stays_open = false) {
    if (process == nullptr || !process->owns(descriptor) || !process->is_here()) return false;
    const int error = errno;
    process->take(descriptor, function, stays_open);
    errno = error;
    return true;
}

/// The same where the descriptor goes. The standard input or output is told, and goes: others may be put in its place.
bool close_refused(host::EmulatorProcess* process, int descriptor, const char* function) {
    if (process != nullptr && descriptor >= 0 && descriptor <= STDERR_FILENO && fcntl(descriptor, F_GETFD) >= 0 &&
        process->is_here())
        process->take(descriptor, function);
    return refused(process, descriptor, function);
}

/// The system's own close, without what a failed one tells of the driver.
int close_now(int descriptor) {
    return static_cast<int>(syscall(SYS_close, descriptor));
}

int close_here(host::EmulatorProcess* process, int descriptor) {
    if (close_refused(process, descriptor, "close")) return 0;
    const int result = close_now(descriptor);
    if (result == 0 || errno != EBADF || process == nullptr || descriptor <= STDERR_FILENO || !process->is_here())
        return result;
    process->closed_twice(descriptor);
    errno = EBADF;
    return result;
}

/// Everything but what is the emulator's.
int close_all(host::EmulatorProcess* process, unsigned first, unsigned last, int flags, const char* function) {
    const bool here = process != nullptr && (flags & static_cast<int>(CLOSE_RANGE_CLOEXEC)) == 0 && process->is_here();
    constexpr unsigned above_ours = 4096;
    unsigned from = first;
    for (unsigned fd = first; here && fd <= std::min(last, above_ours); ++fd) {
        if (!close_refused(process, static_cast<int>(fd), function)) continue;
        if (fd > from) syscall(SYS_close_range, from, fd - 1, flags);
        from = fd + 1;
    }
    return from > last ? 0 : static_cast<int>(syscall(SYS_close_range, from, last, flags));
}

/// A node's only other child, erl_child_setup, never ends.
pid_t wait_for(host::EmulatorProcess* process, pid_t child, int* status, int options, rusage* usage,
               const char* function) {
    const bool any = child == -1 && process != nullptr && process->is_here();
    if (any && (options & WNOHANG) == 0) process->waits_for_all(function);
    const auto result = static_cast<pid_t>(syscall(SYS_wait4, child, status, options, usage));
    return any && result < 0 && errno == ECHILD && (options & WNOHANG) != 0 ? 0 : result;
}

/// Does it make reads wait that the emulator does not want to wait?
bool makes_blocking(int command, const void* argument) {
    return command == F_SETFL && (reinterpret_cast<std::uintptr_t>(argument) & O_NONBLOCK) == 0;
}

[[noreturn]] void exit_now(host::EmulatorProcess* process, int status) {
    if (process != nullptr && process->is_here()) {
        process->ends();
        isolate::note_exit_here();
    }
    for (;;) syscall(SYS_exit_group, status);
}

template <class F>
int spawned(host::EmulatorProcess* process, pid_t* child, F spawn) {
    pid_t made = 0;
    const int result = spawn(&made);
    if (child != nullptr) *child = made;
    if (result == 0 && process != nullptr && process->is_here()) process->started(made);
    return result;
}

} // namespace

extern "C" {

#define DDLL_EXPORTED [[gnu::visibility("default")]]

DDLL_EXPORTED int close(int descriptor) {
    return close_here(DDLL_ASKED, descriptor);
}

DDLL_EXPORTED int close_range(unsigned first, unsigned last, int flags) noexcept {
    return close_all(DDLL_ASKED, first, last, flags, "close_range");
}

DDLL_EXPORTED void closefrom(int lowest) noexcept {
    close_all(DDLL_ASKED, static_cast<unsigned>(std::max(lowest, 0)), ~0U, 0, "closefrom");
}

DDLL_EXPORTED int fclose(FILE* file) {
    static auto* const real = api::real_one<decltype(fclose)>("fclose");
    host::EmulatorProcess* process = DDLL_ASKED;
    if (process == nullptr) return real(file);
    const int descriptor = fileno(file);
    if (close_refused(process, descriptor, "fclose")) return 0;
    const int result = real(file);
    if (result == EOF && errno == EBADF && descriptor > STDERR_FILENO && process->is_here()) {
        process->closed_twice(descriptor);
        errno = EBADF;
    }
    return result;
}

DDLL_EXPORTED int dup2(int from, int to) noexcept {
    static auto* const real = api::real_one<decltype(dup2)>("dup2");
    return from != to && refused(DDLL_ASKED, to, "dup2") ? to : real(from, to);
}

DDLL_EXPORTED int dup3(int from, int to, int flags) noexcept {
    static auto* const real = api::real_one<decltype(dup3)>("dup3");
    return from != to && refused(DDLL_ASKED, to, "dup3") ? to : real(from, to, flags);
}

// Their third argument is a number or a pointer; both come as a pointer does.
DDLL_EXPORTED int fcntl(int descriptor, int command, ...) {
    static auto* const real = api::real_one<decltype(fcntl)>("fcntl");
    va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);
    va_end(more);
    return makes_blocking(command, argument) && refused(DDLL_ASKED, descriptor, "fcntl", true)
               ? 0
               : real(descriptor, command, argument);
}

DDLL_EXPORTED int fcntl64(int descriptor, int command, ...) {
    static auto* const real = api::real_one<decltype(fcntl)>("fcntl64");
    va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);
    va_end(more);
    return makes_blocking(command, argument) && refused(DDLL_ASKED, descriptor, "fcntl", true)
               ? 0
               : real(descriptor, command, argument);
}

DDLL_EXPORTED int ioctl(int descriptor, unsigned long request, ...) noexcept {
    static auto* const real = api::real_one<int(int, unsigned long, ...)>("ioctl");
    va_list more;
    va_start(more, request);
    void* const argument = va_arg(more, void*);
    va_end(more);
    if (request == FIONBIO && *static_cast<int*>(argument) == 0 && refused(DDLL_ASKED, descriptor, "ioctl", true))
        return 0;
    return real(descriptor, request, argument);
}

DDLL_EXPORTED pid_t wait(int* status) {
    return wait_for(DDLL_ASKED, -1, status, 0, nullptr, "wait");
}

DDLL_EXPORTED pid_t wait3(int* status, int options, rusage* usage) noexcept {
    return wait_for(DDLL_ASKED, -1, status, options, usage, "wait3");
}

DDLL_EXPORTED pid_t wait4(pid_t child, int* status, int options, rusage* usage) noexcept {
    return wait_for(DDLL_ASKED, child, status, options, usage, "wait4");
}

DDLL_EXPORTED pid_t waitpid(pid_t child, int* status, int options) {
    return wait_for(DDLL_ASKED, child, status, options, nullptr, "waitpid");
}

DDLL_EXPORTED int waitid(idtype_t which, id_t child, siginfo_t* info, int options) {
    host::EmulatorProcess* process = which == P_ALL ? DDLL_ASKED : nullptr;
    const bool any = process != nullptr && process->is_here();
    if (any && (options & WNOHANG) == 0) process->waits_for_all("waitid");
    const auto result = static_cast<int>(syscall(SYS_waitid, which, child, info, options, nullptr));
    if (!any || result == 0 || errno != ECHILD || (options & WNOHANG) == 0) return result;
    if (info != nullptr) info->si_pid = 0;
    return 0;
}

DDLL_EXPORTED pid_t fork() noexcept {
    static auto* const real = api::real_one<decltype(fork)>("fork");
    host::EmulatorProcess* process = DDLL_ASKED;
    const bool here = process != nullptr && process->is_here();
    const pid_t copy = real();
    if (here && copy > 0) process->forked(copy);
    return copy;
}

DDLL_EXPORTED void _exit(int status) {
    exit_now(DDLL_ASKED, status);
}

DDLL_EXPORTED void _Exit(int status) noexcept {
    exit_now(DDLL_ASKED, status);
}

DDLL_EXPORTED void exit(int status) noexcept {
    static auto* const real = api::real_one<decltype(exit)>("exit");
    host::EmulatorProcess* process = DDLL_ASKED;
    if (process != nullptr && process->is_here()) process->ends();
    real(status);
    for (;;) syscall(SYS_exit_group, status);
}

DDLL_EXPORTED int daemon(int keeps_folder, int keeps_output) noexcept {
    static auto* const real = api::real_one<decltype(daemon)>("daemon");
    host::EmulatorProcess* process = DDLL_ASKED;
    if (process == nullptr || !process->is_here()) return real(keeps_folder, keeps_output);
    // The process that everybody watches ends here. The one that would go on is of no use to a run.
    process->becomes_daemon();
    exit_now(process, 0);
}

DDLL_EXPORTED int posix_spawn(pid_t* child, const char* path, const posix_spawn_file_actions_t* actions,
                              const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
    static auto* const real = api::real_one<decltype(posix_spawn)>("posix_spawn");
    return spawned(DDLL_ASKED, child,
                   [&](pid_t* made) { return real(made, path, actions, attributes, arguments, environment); });
}

DDLL_EXPORTED int posix_spawnp(pid_t* child, const char* file, const posix_spawn_file_actions_t* actions,
                               const posix_spawnattr_t* attributes, char* const arguments[],
                               char* const environment[]) {
    static auto* const real = api::real_one<decltype(posix_spawnp)>("posix_spawnp");
    return spawned(DDLL_ASKED, child,
                   [&](pid_t* made) { return real(made, file, actions, attributes, arguments, environment); });
}
}

#endif
