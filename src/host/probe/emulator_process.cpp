#include "host/probe/emulator_process.h"

#include "base/descriptor.h"
#include "base/text.h"
#include "host/host.h"
#include "host/probe/grace.h"
#include "host/probe/memory_watch.h"
#include "isolate/callers.h"
#include "isolate/copy.h"
#include "isolate/crash.h"
#include "isolate/descendants.h"
#include "isolate/thread_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <fstream>

namespace ddll::host {
namespace {

constexpr std::size_t callers_kept = 8;
/// A copy that used so much processor time is left to itself, and one that sleeps for so long.
constexpr double copy_computes_s = 2;
constexpr std::chrono::milliseconds copy_sleeps{50};
constexpr int looks_asleep = 10; ///< in all of that time: the one who looks may have no processor
/// With each reload there may be another one.
constexpr int most_of_one_rule = 4;
constexpr std::size_t most_children = 256;

std::uint64_t file_behind(int descriptor) {
    struct stat status {};
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

std::string program_of(const std::string& process) {
    char path[PATH_MAX];
    const ssize_t n = readlink(fmt::format("/proc/{}/exe", process).c_str(), path, sizeof path);
    return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

std::string name_of(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/comm", process));
    std::string name;
    std::getline(file, name);
    return name;
}

bool ended(pid_t process) {
    const char state = isolate::state_of(process, process).letter;
    return state == '\0' || state == 'Z' || state == 'X';
}

/// Until the copy ended, became another program, came back or sleeps. On a busy machine that takes as long as it takes:
/// what counts is the copy's own time. Not a sleep: to the parent that looks like a driver's.
template <class Back>
void wait_for_fate(pid_t copy, Back back) {
    using std::chrono::steady_clock;
    const std::string own = program_of("self");
    auto awake = steady_clock::now();
    int looks = 0;
    while (!back()) {
        const auto now = steady_clock::now();
        const isolate::ThreadState state = isolate::state_of(copy, copy);
        if (state.letter == '\0' || state.letter == 'Z' || program_of(fmt::format("{}", copy)) != own) return;
        ++looks;
        if (state.letter != 'S') {
            awake = now;
            looks = 0;
        }
        if ((now - awake > copy_sleeps && looks > looks_asleep) || state.cpu_s > copy_computes_s) return;
        sched_yield();
    }
}

/// Of those callbacks that mostly tidy up; 0 for the others.
std::uintptr_t function_of(const CallFrame& frame) {
    Host* host = current();
    const Driver* driver = host != nullptr ? host->drivers().find(frame.driver) : nullptr;
    if (driver == nullptr) return 0;
    using enum journal::Callback;
    switch (frame.callback) {
    case stop:
        return reinterpret_cast<std::uintptr_t>(driver->callbacks.stop);
    case stop_select:
        return reinterpret_cast<std::uintptr_t>(driver->callbacks.stop_select);
    case finish:
        return reinterpret_cast<std::uintptr_t>(driver->callbacks.finish);
    case init:
        return reinterpret_cast<std::uintptr_t>(driver->callbacks.init);
    default:
        return 0;
    }
}

CallFrame frame_now() {
    return call_frames().empty() ? CallFrame{} : call_frames().back();
}

} // namespace

EmulatorProcess::EmulatorProcess(Host& host, bool as_a_node) : host_(host), process_(getpid()) {
    isolate::become_original();
    make_stand_ins(as_a_node);
}

EmulatorProcess::~EmulatorProcess() {
    for (const auto& [descriptor, stand_in] : stand_ins_) close(descriptor);
}

bool EmulatorProcess::is_here() const {
    return !isolate::is_copy() && getpid() == process_;
}

void EmulatorProcess::add(int descriptor, std::string_view what, bool wakes) {
    if (descriptor >= 0) stand_ins_[descriptor] = {what, file_behind(descriptor), wakes};
}

// What OTP 25 has open, in its order; a node on a machine with more schedulers for input has more.
void EmulatorProcess::make_stand_ins(bool as_a_node) {
    const auto place = [as_a_node](int made) { return as_a_node || made < 0 ? made : move_high(made); };
    const auto add_pipe = [&](std::string_view what, bool wakes) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
        for (const int end : ends) add(place(end), what, wakes);
    };
    const auto add_poll_set = [&] { add(place(epoll_create1(EPOLL_CLOEXEC)), "a poll set", false); };
    const auto add_timer = [&] {
        add(place(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)), "a timer", false);
    };
    if (as_a_node) add(open("/dev/null", O_RDONLY | O_CLOEXEC), "a file", false);
    add_poll_set();
    if (as_a_node) {
        add_timer();
        add_poll_set();
    }
    add_pipe("a wake-up pipe", true);
    if (as_a_node) {
        add_timer();
        add(open("/dev/null", O_RDONLY | O_CLOEXEC), "a file", false);
        for (int i = 0; i < 3; ++i) add_pipe("a wake-up pipe", true);
    }
    add(place(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), "the socket to erl_child_setup", false);
}

bool EmulatorProcess::owns(int descriptor) const {
    return stand_ins_.contains(descriptor) || was_moved_high(descriptor);
}

EmulatorProcess::Stack EmulatorProcess::caller() {
    Stack stack(callers_kept);
    stack.resize(isolate::callers_outside(stack));
    // A callback whose last act is the call is not on the stack any more.
    if (stack.empty() && !call_frames().empty())
        if (const std::uintptr_t function = function_of(call_frames().back())) stack.push_back(function);
    return stack;
}

void EmulatorProcess::report(Misuse rule, const CallFrame& frame, std::string_view detail, const Stack& stack) {
    if (often(rule)) return;
    host_.journal().write(
        journal::Misused{rule,
                         no_function,
                         frame.port,
                         detail,
                         {reinterpret_cast<const char*>(stack.data()), stack.size() * sizeof(std::uintptr_t)}});
}

// Told at the end of the callback, all together: who closes one of them by a loop closes all.
void EmulatorProcess::take(int descriptor, const char* function, bool stays_open) {
    const HostWork work;
    const auto it = stand_ins_.find(descriptor);
    {
        const MutexLock guard(lock_);
        if (taken_.count++ == 0) {
            taken_.function = function;
            taken_.stack = caller();
        }
        taken_.what.insert(it != stand_ins_.end()       ? it->second.what
                           : descriptor > STDERR_FILENO ? std::string_view("a socket")
                                                        : std::string_view("its standard input or output"));
        if (it != stand_ins_.end() && it->second.wakes && taken_.wake_up < 0 && !stays_open)
            taken_.wake_up = descriptor;
    }
    unsettled_ = true;
}

// At the end of the callback it is known whether this is part of a loop over all numbers.
void EmulatorProcess::closed_twice(int descriptor) {
    const HostWork work;
    {
        const MutexLock guard(lock_);
        if (twice_.descriptor >= 0 || reported_[Rule::descriptor_closed_twice] >= most_of_one_rule) return;
        twice_ = {descriptor, frame_now(), caller()};
    }
    unsettled_ = true;
}

bool EmulatorProcess::often(Misuse rule) {
    const MutexLock guard(lock_);
    return reported_[rule]++ >= most_of_one_rule;
}

void EmulatorProcess::waits_for_all(const char* function) {
    const Visit visit(host_.threads());
    report(Rule::foreign_children_awaited, frame_now(), fmt::format("{} waits for any child process", function),
           caller());
}

void EmulatorProcess::becomes_daemon() {
    const Visit visit(host_.threads());
    report(Rule::fork_without_exec, frame_now(),
           "daemon: the process that is known as the node ends, and a fork of it goes on", caller());
}

void EmulatorProcess::started(pid_t child) {
    const HostWork work;
    const MutexLock guard(lock_);
    children_[child] = frame_now().driver;
}

void EmulatorProcess::forked(pid_t copy) {
    const HostWork work;
    {
        const MutexLock guard(lock_);
        copies_.push_back({copy, frame_now(), caller()});
    }
    started(copy);
    copied_ = true;
}

void EmulatorProcess::settle_now() {
    unsettled_ = false;
    settle_taken();
}

void EmulatorProcess::ends() {
    const Visit visit(host_.threads());
    settle_copies(); // no time of the driver's comes after this
    settle_taken();
}

void EmulatorProcess::settle_taken() {
    Taken taken;
    Twice twice;
    {
        const MutexLock guard(lock_);
        taken = std::exchange(taken_, {});
        twice = std::exchange(twice_, {});
    }
    if (taken.count == 0 && twice.descriptor >= 0)
        report(Rule::descriptor_closed_twice, twice.frame,
               fmt::format("descriptor {} is closed, and not open", twice.descriptor), twice.stack);
    if (taken.count == 0) return;
    report(Rule::emulator_descriptor_taken, frame_now(),
           fmt::format("{} of {} of the emulator: {}", taken.function,
                       counted(static_cast<std::size_t>(taken.count), "descriptor"), fmt::join(taken.what, ", ")),
           taken.stack);
    if (taken.wake_up >= 0)
        isolate::die(
            words::Fatal::other,
            fmt::format("cleanup_wakeup_pipe(): Failed to read on wakeup pipe fd={}: ebadf (9): the driver took "
                        "the descriptor from the emulator, by {}",
                        taken.wake_up, taken.function));
}

// What became of each copy: it ended, it runs another program, it came back here, or it waits for something and is what
// the driver wants as a helper.
void EmulatorProcess::settle_copies() {
    copied_ = false;
    std::vector<Copy> copies;
    {
        const MutexLock guard(lock_);
        copies = std::exchange(copies_, {});
    }
    const auto back = [this] { return isolate::copies_that_came_back() > came_back_; };
    for (const Copy& copy : copies) {
        wait_for_fate(copy.process, back);
        if (!back()) continue;
        ++came_back_;
        report(Rule::fork_without_exec, copy.frame,
               fmt::format("fork: the copy went on in {} without exec", words::name(copy.frame.callback)), copy.stack);
    }
    if (!back()) return;
    // Made by the system call itself, or awake after a long sleep.
    came_back_ = isolate::copies_that_came_back();
    report(Rule::fork_without_exec, frame_now(), "a copy of the process went on without exec", {});
}

bool EmulatorProcess::is_left(pid_t child, const Driver& driver) {
    {
        const MutexLock guard(lock_);
        const auto it = children_.find(child);
        if (it != children_.end() && it->second && it->second != driver.id) return false;
    }
    return !ended(child);
}

void EmulatorProcess::report_left(const Driver& driver) {
    const CallFrame frame{journal::Callback::finish, driver.id, {}, {}};
    for (const auto& [descriptor, stand_in] : stand_ins_)
        if (file_behind(descriptor) != stand_in.file) take(descriptor, "the driver's code took away");
    settle_now();
    settle_copies();
    {
        const MutexLock guard(lock_);
        if (reported_[Rule::child_process_left] >= most_of_one_rule) return;
    }
    if (!isolate::has_children()) return;
    std::vector<pid_t> left;
    const auto look = [&] {
        left.resize(most_children);
        left.resize(isolate::children_of(process_, left));
        std::erase_if(left, [&](pid_t child) { return !is_left(child, driver); });
    };
    look();
    Grace grace([&left] {
        Delays all;
        for (const pid_t child : left) all.merge(delays_of(child));
        return all;
    });
    while (!left.empty() && grace.wait()) look();
    settle_copies(); // of those that were not seen to begin some may have come back meanwhile
    for (const pid_t child : left) {
        report(Rule::child_process_left, frame,
               fmt::format("{}: a child process, {}, still runs", driver.name, name_of(child)), {});
        // It is another driver's business from here on, in case the same number is looked at again.
        const MutexLock guard(lock_);
        children_[child] = DriverId{~0U};
    }
}

} // namespace ddll::host
