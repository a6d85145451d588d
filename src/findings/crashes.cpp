#include "findings/crashes.h"

namespace ddll::findings {

std::vector<Finding> find_in_crash(const CrashNote& death) {
    const auto one = [&](std::string_view id) {
        return std::vector<Finding>{finding_of(*rule(id), death.driver, death.headline)};
    };
    if (death.exited) return one("process-exit-called");
    if (!death.exception.empty() || death.headline.find("std::terminate") != std::string::npos) {
        if (death.callback == "dlopen") return one("constructor-throws");
        if (death.callback == "dlclose") return one("joinable-thread-in-static");
        return one("exception-through-callback");
    }
    if (death.signal == "SIGABRT" && death.callback == "dlclose") return one("joinable-thread-in-static");
    if (death.timed_out && death.callback == "dlclose") return one("unload-deadlock-in-destructor");
    if (death.fatal.find("_destroy") != std::string::npos || death.fatal.find("mutex") != std::string::npos ||
        death.fatal.find("rwlock") != std::string::npos || death.fatal.find("cond_") != std::string::npos)
        return one("lock-destroyed-while-held");
    // Who else would still be there: callbacks of signals and timers are told by what was left behind.
    if (death.in_unloaded_code && death.callback.empty()) return one("thread-outlives-driver");
    if (death.stack_exhausted && death.callback == "async_invoke") return one("async-stack-overflow");
    return {};
}

} // namespace ddll::findings
