#pragma once
/// The records of all threads. Guarded by the lock of Threads, which owns it.
#include "base/id.h"
#include "host/threads/thread.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace ddll::host {

/// What threads do that have never called the driver API.
enum class UnknownThreads : std::uint8_t { none, asleep, moving };

/// 'R', 'S', 'D', ... of a thread of this process, as the kernel has it; '?' when it is gone.
char kernel_state(pid_t thread);

struct ThreadTable {
    explicit ThreadTable(Thread& emulator_thread) : emulator(emulator_thread) {}

    Thread& emulator;
    std::vector<Thread*> others;  ///< never freed before the host: a thread that is parked forever has its record
    std::vector<Thread*> waiting; ///< blocked, longest first
    std::uint16_t next_number = 1;

    Thread* find(const void* handle) const;
    /// Those of a driver that were not joined, in order of creation.
    std::vector<Thread*> of(DriverId driver) const;
    /// The kernel's numbers of all threads but those that came from somewhere else.
    std::set<int> system_ids() const;
    /// Those besides the emulator that could go on now, in the order of their numbers.
    std::vector<Thread*> ready() const;
    /// Does a thread run in driver code without being controlled?
    bool any_uncontrolled() const;
    /// Looks at the tasks of this process. `watchdog`: its number, 0 while there is none.
    UnknownThreads unknown(pid_t watchdog) const;
    /// A thread that waits for this object, or for that thread, becomes ready; all of them, or the first.
    void make_ready(const Lockable* object, const Thread* ended, bool all) const;
};

// --- which thread waits for which (deadlock.cpp) -------------------------------------------------------------------

/// Does a thread wait, in the end, for one that waits for it, with `emulator` not among them? With the emulator in the
/// circle nothing goes on, and that is reported when it has come to that.
bool waits_for_itself(const Thread& start, const Thread& emulator);
/// "mutex "a", held by thread 1 "worker""
std::string waits_for(const Thread& thread);
/// "the emulator thread waits for mutex "a", held by thread 1 "worker"; thread 1 "worker" waits for ..."
std::string situation(std::span<Thread* const> waiting);

} // namespace ddll::host
