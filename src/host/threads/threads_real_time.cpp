// Where real time counts: threads that wait in places nobody can see, threads nobody announced, and when there is rest.
#include "host/threads/threads.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ddll::host {
namespace {

using namespace std::chrono_literals;

/// A thread that sits still in driver code for so long waits for something that the host does not know of.
constexpr auto glance = 10ms;
/// A job that sleeps is given longer while nobody but the host waits for it.
constexpr int job_glances = 100;
/// A loop may be work. After this many glances it counts as waiting.
constexpr int loop_glances = 200;
/// How long threads on their own may take to come to rest.
constexpr auto unrest = 1000ms;

// 'R', 'S', 'D', ... of a thread of this process, as the kernel has it.
char kernel_state(pid_t thread) {
    const std::string path = fmt::format("/proc/self/task/{}/stat", thread);
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (file == nullptr) return '?';
    char text[512];
    const std::size_t n = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    text[n] = '\0';
    // The name in parentheses may hold anything, also parentheses.
    const std::string_view all(text, n);
    const std::size_t end = all.rfind(')');
    return end == std::string_view::npos || end + 2 >= n ? '?' : all[end + 2];
}

} // namespace

bool Threads::somebody_on_its_own() const {
    const auto alone = [](const Thread* t) {
        return !t->controlled && !t->abandoned && t->state == Thread::State::running;
    };
    return (!emulator_.controlled && emulator_.side == Side::driver) ||
           std::any_of(threads_.begin(), threads_.end(), alone);
}

bool Threads::listen(std::function<void()> knock) {
    const std::lock_guard guard(lock_);
    knock_ = std::move(knock);
    return std::any_of(threads_.begin(), threads_.end(), [](const Thread* t) { return t->at_the_door; });
}

bool Threads::may_act() const {
    if (!several_) return false;
    const std::lock_guard guard(lock_);
    return somebody_on_its_own() || (unknown_expected_ && unknown_threads() != Unknown::none);
}

void Threads::expect_unknown() {
    unknown_expected_ = true;
    become_several();
}

// Tasks of this process that have never called the driver API.
Threads::Unknown Threads::unknown_threads() const {
    struct stat tasks {};
    const auto alive = [](const Thread* t) { return t->state != Thread::State::ended; };
    const auto known = 1 + (watchdog_.joinable() ? 1 : 0) + std::count_if(threads_.begin(), threads_.end(), alive);
    // A folder has two links more than subfolders.
    if (stat("/proc/self/task", &tasks) != 0 || static_cast<std::ptrdiff_t>(tasks.st_nlink) - 2 <= known)
        return Unknown::none;
    Unknown found = Unknown::none;
    if (DIR* folder = opendir("/proc/self/task")) {
        while (const dirent* entry = readdir(folder)) {
            const auto id = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
            const bool ours =
                id == 0 || id == emulator_.system_id || id == watchdog_id_ ||
                std::any_of(threads_.begin(), threads_.end(), [&](const Thread* t) { return t->system_id == id; });
            if (ours || found == Unknown::moving) continue;
            const char state = kernel_state(id);
            found = state == 'S' || state == '?' || state == 'Z' ? Unknown::asleep : Unknown::moving;
        }
        closedir(folder);
    }
    return found;
}

bool Threads::wait_quiet() {
    if (!several_) return false;
    std::unique_lock lock(lock_);
    const auto until = std::chrono::steady_clock::now() + unrest;
    for (int still = 0; still < 2;) {
        const bool known_ones = somebody_on_its_own();
        const Unknown unknown = unknown_expected_ ? unknown_threads() : Unknown::none;
        if (!known_ones && unknown == Unknown::none && arriving_ == 0) return false;
        bool asleep = unknown != Unknown::moving && arriving_ == 0;
        for (Thread* thread : threads_) {
            if (thread->at_the_door) return true;
            if (thread->abandoned || thread->controlled || thread->state != Thread::State::running) continue;
            const char state = kernel_state(thread->system_id);
            if (state == '?' && thread->kind == ThreadKind::foreign)
                thread->state = Thread::State::ended;                  // without telling anybody
            else if (state != 'S' || thread->kind == ThreadKind::pool) // a job must end before there is rest
                asleep = false;
        }
        still = asleep ? still + 1 : 0;
        if (std::chrono::steady_clock::now() > until) return false;
        watch_.wait_for(lock, 200us);
    }
    return false;
}

// --- the watchdog ---------------------------------------------------------------------------------------------------

bool Threads::somebody_waits() const {
    return emulator_steps_ || !candidates().empty();
}

// The holder sits in driver code and does not come back; the others go on without it.
void Threads::let_go(std::unique_lock<std::mutex>& lock, Thread& holder) {
    if (holder.controlled) {
        const std::uint16_t thread = holder.number;
        holder.controlled = false;
        journal_.write(journal::ThreadLeftAlone{thread});
    }
    hand_on(lock, holder);
}

void Threads::watch() {
    std::unique_lock lock(lock_);
    watchdog_id_ = static_cast<pid_t>(syscall(SYS_gettid));
    const Thread* last = nullptr;
    std::uint64_t crossings = 0;
    int asleep = 0, awake = 0;
    while (!ending_) {
        if (holder_ == nullptr || !somebody_waits()) {
            last = nullptr;
            watch_.wait(lock);
            continue;
        }
        const std::uint64_t now = crossings_.load(std::memory_order_relaxed);
        if (holder_ != last || now != crossings || holder_->side.load(std::memory_order_acquire) != Side::driver) {
            last = holder_;
            crossings = now;
            asleep = awake = 0;
        } else {
            const bool sleeps = kernel_state(holder_->system_id) == 'S';
            ++(sleeps ? asleep : awake);
            const bool patient = holder_->kind == ThreadKind::pool && emulator_steps_;
            if (asleep > (patient ? job_glances : 1) || awake > loop_glances) {
                let_go(lock, *holder_);
                last = nullptr;
                continue;
            }
        }
        watch_.wait_until(lock, std::chrono::steady_clock::now() + glance);
    }
}

} // namespace ddll::host
