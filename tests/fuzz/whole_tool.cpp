/// Scenario files as bytes from anywhere, for the whole program: it reads them, starts a child, makes a result of what
/// that left, and writes all reports. The child ends at once, before it has opened a driver or touched a file: what the
/// bytes ask for is not done. Whatever they are, the program ends with one of its exit codes, and not with that of a
/// bug.
#include "base/check.h"
#include "cli/commands.h"
#include "fuzz/scratch_file.h"
#include "report/formats.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

// What the linker puts in place of fork (see CMakeLists.txt). Children are killed and exit, by turns.
extern "C" pid_t __wrap_fork() noexcept { // NOLINT(bugprone-reserved-identifier)
    static int children = 0;
    const pid_t pid = _Fork();
    if (pid == 0) {
        if (children % 2 == 0) raise(SIGKILL);
        _exit(3);
    }
    ++children;
    return pid;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll;
    const fuzz::ScratchFile file({reinterpret_cast<const char*>(data), size});
    unsetenv("GITHUB_STEP_SUMMARY"); // where CI runs this
    std::string formats;
    for (const auto& format : report::formats()) formats += std::string(format.name) + "=/dev/null,";
    formats.pop_back();
    const auto code = cli::run_program({"run", "--quiet", "--events", "--format", formats, file.path()});
    DDLL_CHECK(code != cli::ExitCode::bug);
    return 0;
}
