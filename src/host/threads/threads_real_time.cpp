// Where real time counts: threads that wait in places that cannot be seen, threads that were not announced, and when
// there is rest.
#include "host/threads/threads.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace ddll::host {
namespace {

using namespace std::chrono_literals;

/// A thread that sits still in driver code for so long waits for something that the host does not know of.
constexpr auto glance = 10ms;
/// A job that sleeps is given longer while only the host waits for it.
constexpr int job_glances = 100;
/// What is left of the patience with threads that compute, however often it was in vain.
constexpr int least_glances = 2;
constexpr auto least_unrest = 5ms, most_unrest = 1000ms;
/// Each time that it was in vain it is divided by this.
constexpr int impatience = 4;

} // namespace

bool Threads::listen(std::function<void()> on_arrival) {
    const MutexLock guard(lock_);
    on_arrival_ = std::move(on_arrival);
    return std::any_of(table_.others.begin(), table_.others.end(), [](const Thread* t) { return t->waits_to_enter; });
}

bool Threads::may_act() const {
    if (!several_) return false;
    const MutexLock guard(lock_);
    return table_.any_uncontrolled() || unknown_threads() != UnknownThreads::none;
}

void Threads::expect_unknown() {
    const MutexLock guard(lock_);
    unknown_expected_ = true;
    become_several();
}

UnknownThreads Threads::unknown_threads() const {
    if (!unknown_expected_) return UnknownThreads::none;
    return table_.unknown(watchdog_.system_id);
}

bool Threads::wait_quiet() {
    if (!several_) return false;
    const MutexLock lock(lock_);
    const auto until = std::chrono::steady_clock::now() + patience_.unrest;
    for (int still = 0; still < 2;) {
        const bool known_ones = table_.any_uncontrolled();
        const UnknownThreads unknown = unknown_threads();
        if (!known_ones && unknown == UnknownThreads::none && arriving_ == 0) return false;
        bool asleep = unknown != UnknownThreads::moving && arriving_ == 0;
        for (Thread* thread : table_.others) {
            if (thread->waits_to_enter) return true;
            if (thread->abandoned || thread->controlled || thread->state != Thread::State::running) continue;
            const char state = kernel_state(thread->system_id);
            if (state == '?' && thread->kind == ThreadKind::foreign)
                thread->state = Thread::State::ended;                  // without telling anybody
            else if (state != 'S' || thread->kind == ThreadKind::pool) // a job must end before there is rest
                asleep = false;
        }
        still = asleep ? still + 1 : 0;
        if (std::chrono::steady_clock::now() > until) {
            patience_.unrest = std::max<std::chrono::milliseconds>(least_unrest, patience_.unrest / impatience);
            return false;
        }
        watchdog_.changed.wait_for(lock_, 200us);
    }
    patience_.unrest = std::min<std::chrono::milliseconds>(most_unrest, patience_.unrest * 2);
    return false;
}

// --- the watchdog ---------------------------------------------------------------------------------------------------

bool Threads::others_wait() const {
    return emulator_steps_ || !candidates().empty();
}

// The holder sits in driver code and does not come back; the others go on without it.
void Threads::let_go(Thread& holder) {
    if (holder.controlled) {
        const std::uint16_t thread = holder.number;
        holder.controlled = false;
        journal_.write(journal::ThreadLeftAlone{thread});
    }
    hand_on(holder);
}

void Threads::watch() {
    const MutexLock lock(lock_);
    watchdog_.system_id = static_cast<pid_t>(syscall(SYS_gettid));
    const Thread* last = nullptr;
    std::uint64_t crossings = 0, handovers = 0;
    int asleep = 0, awake = 0, polls = 0;
    while (!ending_) {
        if (holder_ == nullptr || !others_wait()) {
            last = nullptr;
            watchdog_.changed.wait(lock_);
            continue;
        }
        const std::uint64_t now = watchdog_.crossings.load(std::memory_order_relaxed);
        const bool outside = holder_->side.load(std::memory_order_acquire) == Side::driver;
        if (holder_ != last || patience_.handovers != handovers) {
            last = holder_;
            handovers = patience_.handovers;
            asleep = awake = polls = 0;
        } else if (now != crossings || !outside) {
            // Work, or a loop that asks again and again for what only another thread can do.
            asleep = awake = 0;
            ++polls;
        } else {
            ++(kernel_state(holder_->system_id) == 'S' ? asleep : awake);
        }
        crossings = now;
        const bool patient = holder_->kind == ThreadKind::pool && emulator_steps_;
        const bool computes = awake > patience_.glances || (polls > patience_.glances && holder_ != &emulator_);
        if (outside && (computes || asleep > (patient ? job_glances : 1))) {
            if (computes) patience_.glances = std::max(least_glances, patience_.glances / impatience);
            let_go(*holder_);
            last = nullptr;
            continue;
        }
        watchdog_.changed.wait_for(lock_, glance);
    }
}

} // namespace ddll::host
