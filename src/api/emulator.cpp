// Names that the emulator's executable exports beside the driver API, as all that it has: old drivers end the node with
// erts_exit, and print through erts_printf and its kin. Here are those that a driver can use without knowing the
// emulator from inside. Their list for the linker is in scripts/cmake/exports.cmake.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace {

/// What erts_exit() takes for a number that is not an exit status.
constexpr int with_abort = -2, interrupted = -1;

} // namespace

#define DDLL_EMULATORS [[gnu::visibility("default")]]
#define DDLL_WITH_ARGUMENTS(last, ...)                                                                                 \
    va_list arguments;                                                                                                 \
    va_start(arguments, last);                                                                                         \
    const int result = __VA_ARGS__;                                                                                    \
    va_end(arguments);                                                                                                 \
    return result

extern "C" {

DDLL_EMULATORS int erts_vprintf(const char* format, va_list arguments) {
    return std::vprintf(format, arguments);
}

DDLL_EMULATORS int erts_vfprintf(FILE* file, const char* format, va_list arguments) {
    return std::vfprintf(file, format, arguments);
}

DDLL_EMULATORS int erts_vfdprintf(int descriptor, const char* format, va_list arguments) {
    return vdprintf(descriptor, format, arguments);
}

DDLL_EMULATORS int erts_vsprintf(char* to, const char* format, va_list arguments) {
    return std::vsprintf(to, format, arguments);
}

DDLL_EMULATORS int erts_vsnprintf(char* to, std::size_t size, const char* format, va_list arguments) {
    return std::vsnprintf(to, size, format, arguments);
}

DDLL_EMULATORS int erts_printf(const char* format, ...) {
    DDLL_WITH_ARGUMENTS(format, std::vprintf(format, arguments));
}

DDLL_EMULATORS int erts_fprintf(FILE* file, const char* format, ...) {
    DDLL_WITH_ARGUMENTS(format, std::vfprintf(file, format, arguments));
}

DDLL_EMULATORS int erts_fdprintf(int descriptor, const char* format, ...) {
    DDLL_WITH_ARGUMENTS(format, vdprintf(descriptor, format, arguments));
}

DDLL_EMULATORS int erts_sprintf(char* to, const char* format, ...) {
    DDLL_WITH_ARGUMENTS(format, std::vsprintf(to, format, arguments));
}

DDLL_EMULATORS int erts_snprintf(char* to, std::size_t size, const char* format, ...) {
    DDLL_WITH_ARGUMENTS(format, std::vsnprintf(to, size, format, arguments));
}

// The text, then the end: no stop, no finish, but destructors and exit handlers run (measured).
DDLL_EMULATORS [[noreturn]] void erts_exit(int status, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (format != nullptr) std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fflush(stderr);
    if (status == with_abort) std::abort();
    std::exit(status == interrupted ? 0 : status);
}

DDLL_EMULATORS [[noreturn]] void erl_assert_error(const char* expression, const char* function, const char* file,
                                                  int line) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s:%d:%s() Assertion failed: %s\n", file, line, function, expression);
    std::fflush(stderr);
    std::abort();
}

} // extern "C"
