#include "base/check.h"
#include "isolate/child.h"
#include "isolate/descendants.h"
#include "isolate/interruption.h"
#include "isolate/thread_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace ddll::isolate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t output_kept = 64 * 1024;
/// From the request for a stack to the end by force.
constexpr std::chrono::milliseconds grace{300};
constexpr std::chrono::milliseconds memory_watch{50};
constexpr std::chrono::milliseconds start_again{50};
/// How often a child is looked at, and how often in a row it must be found asleep in one place.
constexpr std::chrono::milliseconds sleep_watch{20};
constexpr int looks_asleep = 3;
/// A null pointer with an offset: what code that trusts malloc runs into.
constexpr std::uintptr_t null_area = 1 << 20;

/// Whether its first thread waits for something. Not when it may be another one of its threads, or a child of it, that
/// has to wait for a processor: on a busy machine that takes long.
bool sleeps(pid_t pid) {
    if (state_of(pid, pid).letter != 'S') return false;
    std::error_code failure;
    std::filesystem::directory_iterator it(fmt::format("/proc/{}/task", pid), failure), end;
    for (; !failure && it != end; it.increment(failure))
        if (state_of(pid, std::atoi(it->path().filename().c_str())).letter == 'R') return false;
    std::vector<pid_t> children(64);
    children.resize(children_of(pid, children));
    for (const pid_t child : children)
        if (state_of(child, child).letter == 'R') return false;
    return !failure;
}

struct Child {
    enum class Fate : std::uint8_t { open, timed_out, out_of_memory, cancelled };

    Job job;
    pid_t pid = -1;
    int output_fd = -1; ///< -1 when the child (and all who inherited it) closed it
    Block* block = nullptr;
    std::optional<Clock::time_point> deadline;
    Fate fate = Fate::open; ///< what the parent decided
    bool killed = false;
    std::uint64_t memory_at_start = 0;
    Clock::time_point next_look;
    std::uint64_t progress = 0; ///< at the last look
    int asleep = 0;             ///< looks in a row that found it asleep there
    std::vector<std::uint64_t> asleep_at;
    std::string output;
    std::uint64_t output_bytes = 0;

    /// One that has nothing to do is left in peace.
    bool watched() const { return job.progress && (!job.deadline || deadline); }

    void look() {
        const std::uint64_t now = job.progress();
        if (now != progress || !sleeps(pid)) {
            progress = now;
            asleep = 0;
        } else if (++asleep == looks_asleep) {
            asleep_at.push_back(now);
        }
    }

    void kill_all() {
        kill_descendants(pid);
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        killed = true;
        deadline.reset();
    }

    /// False at the end of the output.
    bool read_some() {
        static char buffer[64 * 1024];
        const ssize_t n = read(output_fd, buffer, sizeof buffer);
        if (n < 0) return errno == EINTR;
        if (n == 0) {
            close(output_fd);
            output_fd = -1;
            return false;
        }
        output_bytes += static_cast<std::uint64_t>(n);
        output.append(buffer, static_cast<std::size_t>(n));
        if (output.size() > 4 * output_kept) output.erase(0, output.size() - output_kept);
        return true;
    }

    /// A writer that never stops must not keep the parent from its other work.
    void drain() {
        for (int i = 0; i < 16 && output_fd >= 0; ++i)
            if (!read_some()) return;
    }
};

std::uint64_t resident(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    std::uint64_t size = 0, pages = 0;
    file >> size >> pages;
    return file ? pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

/// What the death looks like when an allocation was refused: a null pointer used, or an exception nobody caught.
bool looks_like_no_memory(const CrashReport& crash) {
    if (!crash.near_memory_limit || crash.stack_exhausted || !crash.fatal.empty()) return false;
    if (crash.signal == SIGSEGV) return crash.has_fault_address && crash.fault_address < null_area;
    return crash.signal == SIGABRT || crash.signal == SIGBUS || crash.signal == SIGTRAP || crash.signal == SIGILL;
}

/// `peak` is what was resident at most.
Ending ending_of(const Child& child, const siginfo_t& end, std::uint64_t peak) {
    Ending ending;
    ending.crash = read_report(*child.block);
    const CrashReport& crash = ending.crash;
    const bool by_signal = end.si_code != CLD_EXITED;
    const int status = end.si_status;
    if (child.fate == Child::Fate::cancelled)
        ending.how = Cancelled{};
    else if (child.block->bug.load(std::memory_order_acquire))
        ending.how = Bug{read_text(child.block->bug_text)};
    else if (by_signal && looks_like_no_memory(crash))
        ending.how = OutOfMemory{};
    else if (by_signal && crash.signal > 0)
        ending.how = Signalled{crash.signal};
    else if (child.fate == Child::Fate::timed_out)
        ending.how = TimedOut{};
    else if (child.fate == Child::Fate::out_of_memory)
        ending.how = OutOfMemory{};
    else if (by_signal && status == SIGKILL && child.job.limits.memory > 0 && peak > child.job.limits.memory / 4 * 3)
        ending.how = OutOfMemory{}; // the system's own killer came first
    else if (by_signal)
        ending.how = Signalled{status};
    else if (status == 0 && child.block->returned.load(std::memory_order_acquire))
        ending.how = Finished{};
    else
        ending.how = Exited{status};
    return ending;
}

/// While it lives, SIGCHLD and the signals of an Interruption are seen by wait() only.
class Signals {
public:
    Signals() {
        struct sigaction action {};
        sigemptyset(&action.sa_mask);
        action.sa_handler = [](int) {};
        sigset_t mine;
        sigemptyset(&mine);
        sigaddset(&mine, SIGCHLD);
        for (const int signal : ending_signals) sigaddset(&mine, signal);
        sigprocmask(SIG_BLOCK, &mine, &mask_before_);
        sigaction(SIGCHLD, &action, &before_);
        while_waiting_ = mask_before_;
        sigdelset(&while_waiting_, SIGCHLD);
        for (const int signal : ending_signals) sigdelset(&while_waiting_, signal);
    }
    ~Signals() {
        sigaction(SIGCHLD, &before_, nullptr);
        sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    }
    Signals(const Signals&) = delete;

    void wait(std::vector<pollfd>& fds, std::optional<Clock::time_point> until) const {
        timespec left{};
        if (until) {
            const auto ns = std::max<std::int64_t>(0, std::chrono::nanoseconds(*until - Clock::now()).count());
            left = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
        }
        if (ppoll(fds.data(), fds.size(), until ? &left : nullptr, &while_waiting_) < 0)
            for (pollfd& fd : fds) fd.revents = 0;
    }

private:
    struct sigaction before_ {};
    sigset_t mask_before_{}, while_waiting_{};
};

} // namespace

struct Pool::State {
    unsigned parallel = 1;
    std::deque<Job> waiting;
    std::list<Child> running;
    bool interrupted = false;
    std::optional<Clock::time_point> retry; ///< after the system refused a process
    int refusals = 0;

    void start();
    bool launch(Child& child);
    void collect();
    void finish(std::list<Child>::iterator child, const siginfo_t& end);
    void mind_limits();
    void interrupt();
    std::optional<Clock::time_point> next_wakeup() const;
};

/// False when the system refuses what it takes; errno says what.
bool Pool::State::launch(Child& child) {
    int ends[2];
    child.block = make_block();
    if (!child.block || pipe2(ends, O_CLOEXEC) != 0) return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    std::vector<int> others{ends[0]};
    for (const Child& other : running)
        if (other.output_fd >= 0) others.push_back(other.output_fd);
    const pid_t parent = getpid();
    std::fflush(nullptr);
    child.pid = fork();
    if (child.pid == 0) live({parent, ends[1], others, child.block}, child.job);
    close(ends[1]);
    if (child.pid < 0) {
        close(ends[0]);
        return false;
    }
    child.output_fd = ends[0];
    if (!child.job.deadline) child.deadline = Clock::now() + child.job.limits.wall;
    child.next_look = Clock::now() + sleep_watch;
    if (sanitized && child.job.limits.memory > 0) child.memory_at_start = resident(child.pid);
    return true;
}

void Pool::State::start() {
    if (retry && Clock::now() < *retry) return;
    retry.reset();
    while (!interrupted && !waiting.empty() && running.size() < parallel) {
        Child child;
        child.job = std::move(waiting.front());
        waiting.pop_front();
        if (const auto prepare = std::exchange(child.job.prepare, nullptr); prepare && !prepare()) continue;
        if (launch(child)) {
            refusals = 0;
            running.push_back(std::move(child));
            continue;
        }
        const int why = errno;
        if (child.block) free_block(child.block);
        if (!running.empty() || ++refusals < 100) {
            waiting.push_front(std::move(child.job));
            retry = Clock::now() + start_again;
            return;
        }
        Ending ending;
        ending.how = Bug{std::string("cannot start a process: ") + std::strerror(why)};
        if (child.job.done) child.job.done(std::move(ending));
    }
}

void Pool::State::finish(std::list<Child>::iterator it, const siginfo_t& end) {
    // The child still holds its number as long as nobody has waited for it, so this reaches nobody else.
    it->kill_all();
    rusage usage{};
    while (wait4(it->pid, nullptr, 0, &usage) < 0 && errno == EINTR) continue;
    it->drain();
    if (it->output_fd >= 0) close(it->output_fd);
    Ending ending = ending_of(*it, end, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
    free_block(it->block);
    if (it->output.size() > output_kept) it->output.erase(0, it->output.size() - output_kept);
    ending.output = std::move(it->output);
    ending.output_bytes = it->output_bytes;
    ending.asleep_at = std::move(it->asleep_at);
    const auto done = std::move(it->job.done);
    running.erase(it);
    if (done) done(std::move(ending));
}

void Pool::State::collect() {
    for (auto it = running.begin(); it != running.end();) {
        const auto child = it++;
        siginfo_t end{};
        const int got = waitid(P_PID, static_cast<id_t>(child->pid), &end, WEXITED | WNOHANG | WNOWAIT);
        DDLL_CHECK_MSG(got == 0 || errno == EINTR, "somebody else waited for a child of isolate");
        if (got == 0 && end.si_pid == child->pid) finish(child, end);
    }
}

void Pool::State::mind_limits() {
    const auto now = Clock::now();
    for (Child& child : running) {
        if (child.killed) continue;
        if (child.job.deadline && child.fate == Child::Fate::open) child.deadline = child.job.deadline();
        if (child.watched() && now >= child.next_look && child.fate == Child::Fate::open) {
            child.look();
            child.next_look = now + sleep_watch;
        }
        if (sanitized && child.job.limits.memory > 0 && child.fate == Child::Fate::open &&
            resident(child.pid) > child.memory_at_start + child.job.limits.memory) {
            child.fate = Child::Fate::out_of_memory;
            kill(child.pid, stack_request_signal());
            child.deadline = now + grace;
        } else if (!child.deadline || now < *child.deadline) {
            continue;
        } else if (child.fate == Child::Fate::open) {
            child.fate = Child::Fate::timed_out;
            kill(child.pid, stack_request_signal());
            child.deadline = now + grace;
        } else {
            child.kill_all();
        }
    }
}

void Pool::State::interrupt() {
    interrupted = true;
    for (Child& child : running) {
        if (child.fate == Child::Fate::cancelled) continue;
        child.fate = Child::Fate::cancelled;
        child.kill_all();
    }
    while (!waiting.empty()) {
        const Job job = std::move(waiting.front());
        waiting.pop_front();
        if (job.done) job.done(Ending{Cancelled{}, {}, {}, 0, {}});
    }
}

std::optional<Clock::time_point> Pool::State::next_wakeup() const {
    std::optional<Clock::time_point> next = retry;
    const auto consider = [&next](Clock::time_point t) { next = next ? std::min(*next, t) : t; };
    for (const Child& child : running) {
        const bool asks = child.job.deadline && child.fate == Child::Fate::open;
        if (const auto deadline = asks ? child.job.deadline() : child.deadline) consider(*deadline);
        if (child.watched() && !child.killed) consider(child.next_look);
        if (sanitized && child.job.limits.memory > 0 && !child.killed) consider(Clock::now() + memory_watch);
    }
    return next;
}

Pool::Pool(unsigned parallel) : state_(std::make_unique<State>()) {
    state_->parallel = std::max(1u, parallel);
}

Pool::~Pool() = default;

void Pool::add(Job job) {
    state_->waiting.push_back(std::move(job));
}

bool Pool::interrupted() const {
    return state_->interrupted;
}

void Pool::run(Besides* besides) {
    State& s = *state_;
    warm_up_unwinder();
    const Signals signals; // first: what comes while the next one begins or ends is not lost
    const Interruption interruption;
    std::vector<pollfd> fds;
    const auto goes_on = [&] { return besides != nullptr && !s.interrupted && besides->goes_on(); };
    while (!s.waiting.empty() || !s.running.empty() || goes_on()) {
        if (Interruption::requested() || s.interrupted) s.interrupt();
        s.start();
        if (s.running.empty() && s.waiting.empty() && !goes_on()) break;
        fds.clear();
        for (const Child& child : s.running) fds.push_back({child.output_fd, POLLIN, 0});
        auto wakeup = s.next_wakeup();
        if (besides != nullptr) {
            besides->add_to(fds);
            if (const auto theirs = besides->wakeup()) wakeup = wakeup ? std::min(*wakeup, *theirs) : *theirs;
        }
        signals.wait(fds, wakeup);
        auto fd = fds.begin();
        for (Child& child : s.running)
            if ((fd++)->revents != 0) child.drain();
        s.mind_limits();
        s.collect();
        if (besides != nullptr) besides->act({fd, fds.end()});
    }
}

Ending run(const Limits& limits, std::function<void()> body, bool in_process) {
    Ending ending;
    if (in_process) {
        body();
        return ending;
    }
    Pool pool(1);
    pool.add({limits, std::move(body), [&ending](Ending e) { ending = std::move(e); }, {}, {}, {}});
    pool.run();
    return ending;
}

} // namespace ddll::isolate
