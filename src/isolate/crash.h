#pragma once
/// What a dying child leaves in shared memory: the signal, the fault address, the stack, the mapped modules, and the
/// exception's type if one escaped. Written by signal and terminate handlers, read by the parent.
#include <cstdint>
#include <string>
#include <vector>

namespace ddll::isolate {

struct Module {
    std::uintptr_t base = 0, end = 0;
    std::string path; ///< as the loader knows it; empty for the executable
};

struct CrashReport {
    int signal = 0;
    int code = 0;                        ///< si_code
    std::uintptr_t fault_address = 0;    ///< of SIGSEGV, SIGBUS, SIGILL, SIGFPE
    bool has_fault_address = false;
    std::vector<std::uintptr_t> stack;   ///< return addresses, innermost first
    std::vector<Module> modules;         ///< at the time of the crash
    std::string exception;               ///< demangled type and what() of an exception nobody caught
    std::string fatal;                   ///< text given to die()
    bool stack_exhausted = false;        ///< the fault lies in a stack guard page
    bool near_memory_limit = false;

    const Module* module_of(std::uintptr_t address) const;
};

/// Installs the handlers in the calling process, which must have been prepared by isolate (they write into its shared
/// block). Called by isolate itself; exposed for tests.
void install_crash_handlers();

/// Ends the child as the emulator ends for a fatal misuse: records `text` and the stack, then SIGABRT.
[[noreturn]] void die(const std::string& text);

} // namespace ddll::isolate
