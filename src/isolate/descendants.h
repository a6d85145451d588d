#pragma once
/// Processes that a process started, and those that these started. Safe in signal handlers: only system calls.
#include <sys/types.h>

#include <span>

namespace ddll::isolate {

/// Fills `out` with the children of a process, those of all its threads; gives their number. 0 also where the system
/// does not tell.
std::size_t children_of(pid_t process, std::span<pid_t> out);

/// Whether the calling process has children, also such as have ended and were not waited for. One system call.
bool has_children();

/// Kills all that descends from `process`, but not itself. Also what has a session of its own.
void kill_descendants(pid_t process);

} // namespace ddll::isolate
