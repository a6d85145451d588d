#pragma once
/// How long threads of this process were ready to run and had no processor: what a busy machine adds to the time that a
/// callback takes. Counted by the system for each thread (/proc/PID/task/TID/schedstat); 0 where it does not.
#include <cstdint>
#include <map>

namespace ddll::host {

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
    std::map<int, std::int64_t> before_; ///< by the system's number of the thread
    const bool outermost_;
};

} // namespace ddll::host
