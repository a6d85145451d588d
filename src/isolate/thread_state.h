#pragma once
/// What the system tells of a thread: /proc/PID/task/TID/stat.
#include <sys/types.h>

namespace ddll::isolate {

struct ThreadState {
    char letter = '\0'; ///< 'S': it waits for something; 'R': it runs, or waits for a processor; 0: there is none
    double cpu_s = 0;   ///< processor time that it used
};

/// A process's first thread has the number of the process.
ThreadState state_of(pid_t process, pid_t thread);

} // namespace ddll::isolate
