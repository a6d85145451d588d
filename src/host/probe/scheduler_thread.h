#pragma once
/// What a callback can change of the thread that runs it. On a node that is a scheduler, and which one is chance.
#include <sched.h>

#include <array>
#include <string>

namespace ddll::host {

struct SchedulerThread {
    cpu_set_t processors{};
    int policy = 0, priority = 0;
    std::array<char, 16> name{};

    /// Of the calling thread.
    static SchedulerThread now();
    /// What is another now, for people; empty when nothing is.
    std::string changes_to(const SchedulerThread& later) const;
};

} // namespace ddll::host
