#pragma once
/// isolate/ runs a function in a forked child and tells how that ended. However the child dies - signal, exit, endless
/// loop, memory eaten - the parent gets an Ending and keeps what the child wrote into shared memory.
/// It knows nothing of drivers or Erlang. Read next: crash.h (what a dying child leaves behind).
///
/// Thread rules: the parent is single-threaded; children may do as they like.
#include "base/result.h"
#include "isolate/crash.h"

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace ddll::isolate {

struct Limits {
    std::chrono::milliseconds wall{
        10'000}; ///< real time for the whole child; then it is asked for its stack and killed
    std::size_t memory = std::size_t{2} << 30; ///< private memory beyond what the child has at its start; 0: no limit
};

// --- how a child ended ----------------------------------------------------------------------------------------------

struct Finished {}; ///< the function returned
struct Exited {     ///< somebody called exit or _exit before that
    int status = 0;
};
struct Signalled { ///< died by a signal, or by std::terminate (then crash.exception says which)
    int signal = 0;
};
struct TimedOut {};    ///< passed Limits::wall
struct OutOfMemory {}; ///< passed Limits::memory
struct Bug {           ///< a DDLL_CHECK failed in the child
    std::string text;
};
struct Cancelled {}; ///< the parent was interrupted (Ctrl-C) before the child ended

struct Ending {
    std::variant<Finished, Exited, Signalled, TimedOut, OutOfMemory, Bug, Cancelled> how;
    CrashReport crash;              ///< what the child left: stack, modules, exception; empty parts where unknown
    std::string output;             ///< the last 64 KiB of what it wrote to stdout and stderr
    std::uint64_t output_bytes = 0; ///< all it wrote
    /// Values of Job::progress at which the child's first thread was seen to sleep for some 60 ms of real time.
    std::vector<std::uint64_t> asleep_at;
};

/// What the parent hands to a child to run. The child ends without destroying its copy.
struct Job {
    Limits limits;
    /// Runs in the child, with stdin from /dev/null and stdout and stderr captured. Must not return by exception.
    std::function<void()> body;
    /// Runs in the parent when the child has ended. May add jobs to the pool.
    std::function<void(Ending)> done;
    /// Runs in the parent just before the child is started, for what the child needs and many waiting jobs should not
    /// hold all at once. False drops the job: neither body nor done runs. May be empty.
    std::function<bool()> prepare;
    /// Called in the parent now and then while the child runs: a number that changes as the child gets on. May be
    /// empty.
    std::function<std::uint64_t()> progress;
    /// In place of Limits::wall, for a child that waits for work in between: until when it must have done what it does
    /// now; nothing while it may take its time. Asked again and again. May be empty.
    std::function<std::optional<std::chrono::steady_clock::time_point>()> deadline;
};

/// What else the parent waits for while children run: sockets, a time.
class Besides {
public:
    virtual ~Besides() = default;
    /// Appends what to poll.
    virtual void add_to(std::vector<pollfd>& fds) = 0;
    /// The same ones, in the same order, with what poll said. Also called when it was the time that came.
    virtual void act(std::span<const pollfd> polled) = 0;
    virtual std::optional<std::chrono::steady_clock::time_point> wakeup() const = 0;
    /// False lets run() return once no child runs.
    virtual bool goes_on() const = 0;
};

/// Runs jobs, at most `parallel` children at once, until all are done or the process is interrupted (interruption.h):
/// then running children are killed, every job not finished ends as Cancelled, and `interrupted()` is true.
/// Each child leads a session of its own, and what is left of that when the child ends is killed.
class Pool {
public:
    explicit Pool(unsigned parallel);
    ~Pool();
    Pool(const Pool&) = delete;

    void add(Job job);
    /// With `besides` also while no child runs, as long as that goes on.
    void run(Besides* besides = nullptr);
    bool interrupted() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One job, with debugger-friendly `in_process`: no fork, no limits (then only Finished comes back).
Ending run(const Limits& limits, std::function<void()> body, bool in_process = false);

} // namespace ddll::isolate
