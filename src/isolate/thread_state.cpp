#include "isolate/thread_state.h"

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace ddll::isolate {

ThreadState state_of(pid_t process, pid_t thread) {
    std::ifstream file(fmt::format("/proc/{}/task/{}/stat", process, thread));
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')'); // of the name, in which anything may stand
    ThreadState state;
    if (end == std::string::npos) return state;
    std::istringstream fields(text.substr(end + 1));
    fields >> state.letter;
    std::string skipped;
    for (int i = 0; i < 10; ++i) fields >> skipped; // up to the page faults
    double user = 0, system = 0;
    fields >> user >> system;
    state.cpu_s = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return state;
}

} // namespace ddll::isolate
