#include "base/sanitized.h"
#include "cli/commands.h"
#include "isolate/interruption.h"

#ifdef DDLL_SANITIZED
// A driver's mistake that AddressSanitizer sees before the C library does ends the child with the same signal, whose
// handler records where it was.
extern "C" [[gnu::visibility("default")]] const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "abort_on_error=1:symbolize=0"; // frames are named by us; its own way takes a second
}
#endif

#ifndef DDLL_SANITIZED
// The first code of this program that runs, before constructors, those of libraries among them. A signal that comes
// before that, while the loader works, ends the program: no code of ours has run. A sanitizer wants to be first itself.
[[gnu::section(".preinit_array"), gnu::used]] static void (*const first_of_all)(int, char**, char**) =
    [](int, char**, char**) { ddll::isolate::Interruption::hold_back(); };
#endif

int main(int argc, char** argv) {
    ddll::isolate::Interruption::hold_back();
    return static_cast<int>(ddll::cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}));
}
