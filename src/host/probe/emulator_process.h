#pragma once
/// What of the process belongs to the emulator and not to its drivers, in every run: descriptors, children, and that it
/// is one process. A real emulator has a poll set, wake-up pipes, timers and the socket to its child erl_child_setup
/// from its start; stand-ins are here for them, and the driver is not let at them, so that the run goes on.
/// Filled by the functions of api/interposed_process.cpp.
#include "base/id.h"
#include "base/mutex.h"
#include "host/current.h"
#include "host/misuse.h"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::host {

class Host;
struct Driver;

class EmulatorProcess {
public:
    /// `as_a_node`: the stand-ins have the numbers that a node's descriptors have, and a driver gets those above them.
    /// Else a driver gets the lowest numbers.
    EmulatorProcess(Host& host, bool as_a_node);
    ~EmulatorProcess();
    EmulatorProcess(const EmulatorProcess&) = delete;

    /// True in the process that made this one: not in a child of it, one of vfork among them.
    bool is_here() const;

    // --- of driver code, in any thread -------------------------------------------------------------------------------

    bool owns(int descriptor) const;
    /// The driver calls `function` to close or replace it, or to change it so that it waits. That is not to be done.
    void take(int descriptor, const char* function, bool stays_open = false);
    /// The driver closed one that was not open.
    void closed_twice(int descriptor);
    /// The driver waits, by `function`, for whatever child ends.
    void waits_for_all(const char* function);
    void started(pid_t child);
    void forked(pid_t copy);
    /// Before the process becomes a daemon: the call does not come back here.
    void becomes_daemon();

    // --- of the host, in its own thread ------------------------------------------------------------------------------

    /// A callback is about to be left: reports what it did to the emulator, and ends it where a node ends.
    void settle() {
        if (unsettled_) [[unlikely]]
            settle_now();
    }
    /// All callbacks are left: reports which copies of this process went on without exec. Not before, or the wait for
    /// them counted as the driver's time.
    void rest() {
        if (copied_) [[unlikely]]
            settle_copies();
    }
    /// The driver ends the process.
    void ends();
    /// The driver goes: processes that it leaves, and stand-ins that were reached in another way.
    void report_left(const Driver& driver);

private:
    /// Where driver code did something: innermost address first.
    using Stack = std::vector<std::uintptr_t>;
    struct StandIn {
        std::string_view what;
        std::uint64_t file = 0; ///< the system's number of what is behind it
        bool wakes = false;     ///< a node aborts without it
    };
    struct Taken {
        int count = 0;
        int wake_up = -1; ///< a descriptor without which a node aborts
        const char* function = "";
        std::set<std::string_view> what;
        Stack stack;
    };
    /// The first one closed that was not open.
    struct Twice {
        int descriptor = -1;
        CallFrame frame;
        Stack stack;
    };
    struct Copy {
        pid_t process;
        CallFrame frame;
        Stack stack;
    };

    static Stack caller();
    void add(int descriptor, std::string_view what, bool wakes);
    void make_stand_ins(bool as_a_node);
    void settle_now();
    void settle_taken();
    void settle_copies();
    bool often(Misuse rule);
    void report(Misuse rule, const CallFrame& frame, std::string_view detail, const Stack& stack);
    bool is_left(pid_t child, const Driver& driver);

    Host& host_;
    const pid_t process_;
    std::map<int, StandIn> stand_ins_; ///< never changed after the constructor
    std::atomic<bool> unsettled_{false}, copied_{false};
    ddll::Mutex lock_;
    Taken taken_ DDLL_GUARDED_BY(lock_);
    Twice twice_ DDLL_GUARDED_BY(lock_);
    std::vector<Copy> copies_ DDLL_GUARDED_BY(lock_);
    std::map<pid_t, DriverId> children_ DDLL_GUARDED_BY(lock_); ///< seen to be started
    std::uint32_t came_back_ = 0;                               ///< copies that are reported
    std::map<Rule, int> reported_ DDLL_GUARDED_BY(lock_);       ///< how often
};

} // namespace ddll::host
