#include "isolate/crash.h"

#include "base/check.h"
#include "isolate/copy.h"
#include "isolate/descendants.h"
#include "isolate/exit.h"
#include "isolate/stack.h"

#include <cxxabi.h>
#include <signal.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace ddll::isolate {
namespace {

/// Handlers get no argument of ours.
Block* child_block = nullptr;

thread_local std::uint16_t own_number = 0;

constexpr int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t signal_stack_size = 64 * 1024;
constexpr std::size_t guard_size = 4096;

std::uint32_t thread_number() {
    return static_cast<std::uint32_t>(syscall(SYS_gettid));
}

/// From here on the signal ends the process.
void let_end(int signal) {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    sigaction(signal, &plain, nullptr);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

[[noreturn]] void end_by(int signal) {
    if (!is_copy()) kill_descendants(getpid());
    let_end(signal);
    raise(signal);
    _exit(128 + signal);
}

/// True for the first thread that comes to its end; the others wait for it to end them all. A recorder that fails
/// itself comes here again, and gives up.
bool become_writer(int signal) {
    std::uint32_t nobody = 0;
    const std::uint32_t me = thread_number();
    if (child_block->writer.compare_exchange_strong(nobody, me)) {
        child_block->thread = own_number;
        // Unwinding takes the loader's lock, which a thread that waits for us may hold.
        let_end(SIGALRM);
        alarm(2);
        return true;
    }
    if (nobody == me) end_by(signal);
    for (;;) pause();
}

void note_memory() {
    if (child_block->memory_limit == 0) return;
    const std::uint64_t used = data_used();
    child_block->near_memory_limit = used != 0 && used + child_block->memory_slack >= child_block->memory_limit;
}

void note_signal(int signal) {
    child_block->signal.number = signal;
    child_block->signalled.store(true, std::memory_order_release);
}

void copy_text(char (&to)[Block::text_room], std::string_view text) {
    const std::size_t n = std::min(text.size(), Block::text_room - 1);
    std::memcpy(to, text.data(), n);
    to[n] = '\0';
}

void on_fatal_signal(int signal, siginfo_t* info, void* context) {
    if (is_copy()) end_by(signal); // what it would write is read as the end of the original
    if (!become_writer(signal)) return;
    Block::Signal& noted = child_block->signal;
    noted.code = info->si_code;
    // si_code above 0 means that the kernel saw it happen; otherwise somebody sent the signal. SI_KERNEL comes without
    // an address: the processor does not tell one that no memory can have.
    noted.has_fault_address = info->si_code > 0 && info->si_code != SI_KERNEL &&
                              (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE);
    if (noted.has_fault_address) {
        noted.fault_address = reinterpret_cast<std::uintptr_t>(info->si_addr);
        if (signal == SIGSEGV) noted.stack_exhausted = is_stack_exhausted(noted.fault_address, context);
    }
    note_signal(signal);
    note_memory();
    record_modules(*child_block);
    record_stack_at_signal(*child_block, context);
    end_by(signal);
}

void on_stack_request(int, siginfo_t*, void* context) {
    if (is_copy()) _exit(1);
    std::uint32_t nobody = 0;
    if (!child_block->writer.compare_exchange_strong(nobody, thread_number())) return;
    note_memory();
    child_block->stopped = was_waiting(context) ? Stopped::waiting : Stopped::running;
    record_modules(*child_block);
    record_stack_at_signal(*child_block, context);
    kill_descendants(getpid());
    kill(getpid(), SIGKILL);
}

void note_exception() {
    const std::type_info* type = abi::__cxa_current_exception_type();
    if (!type) return;
    int status = 0;
    char* readable = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    copy_text(child_block->exception, readable ? readable : type->name());
    std::free(readable);
    try {
        throw;
    } catch (const std::exception& e) {
        const std::size_t used = strnlen(child_block->exception, Block::text_room);
        std::snprintf(child_block->exception + used, Block::text_room - used, ": %s", e.what());
    } catch (...) {
        // A type without what(): its name has to do.
    }
}

[[noreturn]] void on_terminate() {
    if (is_copy()) end_by(SIGABRT);
    const auto caller = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    become_writer(SIGABRT);
    note_signal(SIGABRT);
    note_memory();
    record_modules(*child_block);
    record_stack(*child_block, caller);
    note_exception();
    end_by(SIGABRT);
}

void on_failed_check(std::string_view text) {
    copy_text(child_block->bug_text, text);
    child_block->bug.store(true, std::memory_order_release);
    record_modules(*child_block);
    record_stack(*child_block, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}

void note_exit(std::uintptr_t caller) {
    if (is_copy()) return;
    kill_descendants(getpid());
    std::uint32_t nobody = 0;
    if (!child_block->writer.compare_exchange_strong(nobody, thread_number())) return;
    child_block->thread = own_number;
    note_memory();
    record_modules(*child_block);
    record_stack(*child_block, caller);
}

/// exit() in the driver. What the parent would do at its own exit must not happen here.
void on_exit_call(int status, void*) {
    note_exit(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
    std::fflush(nullptr);
    _exit(status);
}

void on_quick_exit() {
    note_exit(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    // Other fatal signals stay open: a failure inside the handler must end the process, not hang it.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

} // namespace

int stack_request_signal() {
    return SIGRTMAX - 1;
}

void install_crash_handlers(Block* block) {
    child_block = block;
    for (const int signal : fatal_signals) handle(signal, on_fatal_signal);
    handle(stack_request_signal(), on_stack_request);
    std::set_terminate(on_terminate);
    on_bug(on_failed_check);
    on_exit(on_exit_call, nullptr);
    at_quick_exit(on_quick_exit);
}

void die(words::Fatal kind, const std::string& text) {
    if (!child_block) {
        std::fprintf(stderr, "%s\n", text.c_str());
        std::abort();
    }
    become_writer(SIGABRT);
    child_block->fatal_kind = kind;
    copy_text(child_block->fatal, text);
    note_signal(SIGABRT);
    record_modules(*child_block);
    record_stack(*child_block, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
    end_by(SIGABRT);
}

void stay_if_ending() {
    if (child_block != nullptr && child_block->writer.load(std::memory_order_acquire) != 0)
        for (;;) pause();
}

void finish() {
    if (child_block == nullptr) {
        std::fprintf(stderr, "the run cannot go on\n");
        std::abort();
    }
    if (is_copy()) end_copy();
    std::fflush(nullptr);
    kill_descendants(getpid());
    child_block->returned.store(true, std::memory_order_release);
    _exit(0);
}

void note_exit_here() {
    if (child_block != nullptr) note_exit(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}

void number_thread(std::uint16_t number) {
    own_number = number;
}

SignalStack::SignalStack() {
    learn_stack_bounds();
    void* memory = mmap(nullptr, signal_stack_size + guard_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return; // a crash will be reported, an exhausted stack less well
    mprotect(memory, guard_size, PROT_NONE);
    stack_t stack{};
    stack.ss_sp = static_cast<char*>(memory) + guard_size;
    stack.ss_size = signal_stack_size;
    if (sigaltstack(&stack, nullptr) == 0)
        memory_ = memory;
    else
        munmap(memory, signal_stack_size + guard_size);
}

SignalStack::~SignalStack() {
    if (!memory_) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    munmap(memory_, signal_stack_size + guard_size);
}

} // namespace ddll::isolate
