#pragma once
/// What a dying child leaves in shared memory: the signal, the fault address, the stack, the mapped modules, and the
/// exception's type if one escaped. Written by signal and terminate handlers, read by the parent.
#include "words/facts.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::isolate {

struct Module {
    std::uintptr_t base = 0, end = 0; ///< lowest mapped address, and behind the highest
    std::string path;                 ///< as the loader knows it; empty for the executable
};

/// What a thread did when it was asked for its stack.
enum class Stopped : std::uint8_t {
    no,      ///< it was not asked: it died where the stack says
    running, ///< the innermost frame is where it happened to be
    waiting, ///< in the kernel, until something would have woken it
};

struct CrashReport {
    int signal = 0;
    int code = 0;                     ///< si_code
    std::uintptr_t fault_address = 0; ///< of SIGSEGV, SIGBUS, SIGILL, SIGFPE
    bool has_fault_address = false;
    /// Innermost first. The first is the instruction that failed; of callers it is an address inside the call, not the
    /// return address, so that looking it up gives the line of the call.
    std::vector<std::uintptr_t> stack;
    std::vector<Module> modules; ///< at the time of the crash
    std::string exception;       ///< demangled type and what() of an exception nobody caught
    std::string fatal;           ///< text given to die()
    words::Fatal fatal_kind = words::Fatal::none;
    Stopped stopped = Stopped::no;
    std::uint16_t thread = 0;       ///< number_thread() of the thread that died
    bool stack_exhausted = false;   ///< the fault lies in a stack guard page
    bool near_memory_limit = false; ///< little was left of Limits::memory when the child died

    const Module* module_of(std::uintptr_t address) const;
};

/// Ends the child as the emulator ends for a fatal misuse: records `text` and the stack, then SIGABRT. Outside a child
/// (in_process) the text goes to stderr instead.
[[noreturn]] void die(words::Fatal kind, const std::string& text);

/// Does not come back when another thread records how the child ends: that sets an alarm and handlers of its own, which
/// are nothing that a driver left behind.
void stay_if_ending();

/// Ends the child as if its function had returned, from any thread and however deep in foreign code.
[[noreturn]] void finish();

/// What CrashReport::thread says of the calling thread; 0 until it is called.
void number_thread(std::uint16_t number);

/// Room for the crash handlers, so that a thread that has used up its stack can still be reported. The main thread of a
/// child has it; other threads make one at their start and keep it until they end. Belongs to the thread that makes it.
class SignalStack {
public:
    SignalStack();
    ~SignalStack();
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

private:
    void* memory_ = nullptr;
};

} // namespace ddll::isolate
