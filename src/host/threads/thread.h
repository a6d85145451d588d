#pragma once
/// A thread that runs driver code: the emulator's, one of the async pool, one that a driver made with
/// erl_drv_thread_create, or one that came from somewhere else and called the driver API.
#include "base/id.h"
#include "base/mutex.h"
#include "host/threads/sync.h"
#include "words/emulator.h"

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace ddll::host {

using words::ThreadKind;

/// On which side of the driver API a thread is. Only the side of the thread itself is ever stored by it.
enum class Side : std::uint8_t { host, driver };

class Threads;

struct Thread {
    enum class State : std::uint8_t { ready, running, blocked, ended };

    Threads* threads = nullptr;
    std::uint16_t number = 0; ///< 0 is the emulator thread; the others in order of appearance
    ThreadKind kind = ThreadKind::foreign;
    std::string name;
    DriverId driver; ///< whose code made it; none for the emulator's and the pool's
    State state = State::ready;
    WaitFor wait; ///< while blocked
    /// False once it has blocked outside of the API: from there on it runs when the system lets it.
    bool controlled = true;
    bool waits_to_enter = false; ///< uncontrolled, came back to the API and waits for the baton
    bool abandoned = false;      ///< its code has left memory: it never runs again
    std::vector<Lockable*> holds;
    std::atomic<Side> side{Side::driver};
    Condition wake; ///< with the lock of Threads
    pthread_t handle{};
    pid_t system_id = 0;
    void* (*function)(void*) = nullptr;
    void* argument = nullptr;
    void* (*runs)(void*) = nullptr; ///< the driver's function, of a thread that a driver made
    void* result = nullptr;
    int rounds = 0; ///< of destructors of thread-specific data, after its function has returned
};

} // namespace ddll::host
