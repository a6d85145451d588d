#pragma once
/// How long threads of this process were ready to run and had no processor: what a busy machine adds to the time that a
/// callback takes. Counted by the system for each thread (/proc/PID/task/TID/schedstat); 0 where it does not.
#include <cstdint>
#include <map>

#include <sys/types.h>

namespace ddll::host {

/// By the system's number of a thread: how long it was ready to run so far and had no processor, in nanoseconds.
using Delays = std::map<int, std::int64_t>;
/// Those of the threads of a process; empty when there is no such process.
Delays delays_of(pid_t process);

/// From its construction on. One at a time counts: the emulator thread's outermost.
class RunDelay {
public:
    RunDelay();
    ~RunDelay();
    RunDelay(const RunDelay&) = delete;

    /// Of all threads together, also of those that ended meanwhile.
    std::int64_t ns() const;

    /// The calling thread is about to end.
    static void thread_ends();

private:
    Delays before_;
    const bool outermost_;
};

} // namespace ddll::host
