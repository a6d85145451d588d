#include "base/sanitized.h"
#include "cli/commands.h"

#ifdef DDLL_SANITIZED
// A driver's mistake that AddressSanitizer sees before the C library does ends the child with the same signal, whose
// handler records where it was.
extern "C" [[gnu::visibility("default")]] const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "abort_on_error=1:symbolize=0"; // frames are named by us; its own way takes a second
}
#endif

int main(int argc, char** argv) {
    return static_cast<int>(ddll::cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}));
}
