#include "host/probe/scheduler_thread.h"

#include <fmt/format.h>

#include <sys/prctl.h>

namespace ddll::host {

SchedulerThread SchedulerThread::now() {
    SchedulerThread out;
    CPU_ZERO(&out.processors);
    sched_getaffinity(0, sizeof out.processors, &out.processors);
    out.policy = sched_getscheduler(0);
    sched_param parameters{};
    if (sched_getparam(0, &parameters) == 0) out.priority = parameters.sched_priority;
    prctl(PR_GET_NAME, out.name.data());
    return out;
}

std::string SchedulerThread::changes_to(const SchedulerThread& later) const {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    if (!CPU_EQUAL(&processors, &later.processors))
        add(fmt::format("it may run on {} of {} processors", CPU_COUNT(&later.processors), CPU_COUNT(&processors)));
    if (policy != later.policy || priority != later.priority)
        add(fmt::format("its scheduling policy was {} with priority {} and is {} with {}", policy, priority,
                        later.policy, later.priority));
    if (name != later.name) add(fmt::format("its name is \"{}\"", later.name.data()));
    return out;
}

} // namespace ddll::host
