#pragma once
/// DDLL_CHECK: invariants of ddlltool itself, tested in every build type. A failing one is never the
/// driver's or the user's fault: it says so and ends the process with exit code 70.
#include <string_view>

namespace ddll {

inline constexpr int bug_exit_code = 70;

/// Called once by whoever wants to know of a bug before the process ends (a child tells its parent).
/// Not thread safe; set it before threads exist. nullptr removes it.
void on_bug(void (*handler)(std::string_view text));

/// Prints what broke to stderr, tells the handler, ends the process with `bug_exit_code`.
[[noreturn]] void report_bug(const char* file, int line, std::string_view condition, std::string_view detail);

} // namespace ddll

// Without the folder: where the sources lay is no part of the program.
#define DDLL_CHECK_MSG(condition, detail)                                                                              \
    do {                                                                                                               \
        if (!(condition)) [[unlikely]]                                                                                 \
            ::ddll::report_bug(__FILE_NAME__, __LINE__, #condition, detail);                                           \
    } while (false)
#define DDLL_CHECK(condition) DDLL_CHECK_MSG(condition, "")
