#pragma once
/// Who may run. One thread at a time is inside the host: it has the baton. A thread enters the host when it calls the
/// driver API or when a callback returns to it, and leaves when it goes back to driver code.
///
/// serial  The baton is kept in driver code too, so that one thread moves at a time and a run repeats itself. A thread
///         gives it away where it waits inside the API (a lock, a condition, the end of a thread, the next job) and
///         where it ends; who gets it next is a Step. With no thread left that could, that is a deadlock.
/// free    The baton is put down in driver code: threads run as they would on a node, for sanitizers.
///
/// In serial mode a thread may still wait where it cannot be seen: in a system call, in a library's lock, in a loop.
/// Then it is left to itself (Thread::controlled is false from there on), the others go on, and the journal says that
/// the run does not repeat itself. The pace of that is real time, the only place where it counts. A thread that polls
/// is waited for less and less: it never comes to rest, and nothing says that it will do anything.
#include "base/id.h"
#include "base/mutex.h"
#include "base/time.h"
#include "host/step.h"
#include "host/threads/sync.h"
#include "host/threads/thread.h"
#include "host/threads/thread_table.h"
#include "isolate/copy.h"
#include "journal/journal.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace ddll::host {

enum class ThreadMode : std::uint8_t { serial, free };

class Threads {
public:
    /// The calling thread becomes the emulator thread and has the baton.
    Threads(journal::Journal& journal, Chooser& chooser, ThreadMode mode);
    ~Threads();
    Threads(const Threads&) = delete;
    /// Destroys it, or leaves it where it is when a driver's thread still waits in it.
    static void retire(std::unique_ptr<Threads> threads);

    ThreadMode mode() const { return mode_; }

    // --- the border, crossed by every call: cheap while there is only one thread -------------------------------------

    /// Into the host. Gives back the side to return to, for leave().
    Side enter() {
        if (isolate::is_copy()) [[unlikely]]
            isolate::end_copy();
        Thread* self = this_thread_;
        if (self == nullptr) return arrive();
        const Side was = self->side.load(std::memory_order_relaxed);
        self->side.store(Side::host, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (was == Side::driver && several_.load(std::memory_order_relaxed)) take_baton(*self);
        return was;
    }
    /// Back to where enter() came from.
    void leave(Side to) {
        if (to == Side::host) return;
        Thread& self = *this_thread_;
        if (several_.load(std::memory_order_relaxed)) put_down(self);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        self.side.store(Side::driver, std::memory_order_release);
    }

    /// The calling thread; foreign ones are given a record.
    Thread& self();
    bool on_emulator_thread() const { return this_thread_ == &emulator_; }

    // --- waiting; the caller is inside the host ----------------------------------------------------------------------

    /// Gives the baton away until something wakes the calling thread. The caller tries again what it waited for.
    /// False when the host is gone: then a pool thread ends.
    bool block(const WaitFor& wait);
    /// Waiters of an object become ready: all, or the one that waited longest.
    void wake(const Lockable& object, bool all);
    /// A pool thread without work becomes ready.
    void wake(Thread& thread);
    /// In free mode: runs `wait`, which may block, outside of the host.
    template <class F>
    void outside(F&& wait) {
        leave(Side::driver);
        wait();
        enter();
    }

    // --- threads -----------------------------------------------------------------------------------------------------

    /// nullptr and an errno value when the system refuses. The thread starts when it is chosen.
    Thread* create(ThreadKind kind, std::string name, DriverId driver, void* (*function)(void*), void* argument,
                   std::size_t stack_size, int& error);
    /// Waits for its end and forgets it. False for a thread that cannot be waited for.
    bool join(Thread& thread, void** result);
    /// The calling thread, made by create(), ends here.
    [[noreturn]] void exit(void* result);
    Thread* find(const void* handle);
    /// Those of a driver that were not joined, in order of creation.
    std::vector<Thread*> of(DriverId driver) const;
    /// The kernel's numbers of all threads but those that came from somewhere else, also of one that has not run yet.
    std::set<int> system_ids() const;
    /// The driver's code is about to leave memory: what still runs of it stays where it is forever.
    void abandon(DriverId driver);

    // --- for the steps of the host; emulator thread ------------------------------------------------------------------

    /// Threads that could move now; pool threads that wait for a job are left out.
    void collect(std::vector<Step>& ready);
    bool any_besides_emulator() const { return several_.load(std::memory_order_relaxed); }
    /// Lets that thread run until it waits, ends or leaves for driver code on its own.
    void run(std::uint16_t number);
    /// True when a thread wants to enter or is about to; false when all threads are at rest. Waits in real time only
    /// for threads that are on their own.
    bool wait_quiet();

    /// Calls `on_arrival` whenever a thread wants to enter, until it is called again with nothing. True when one does
    /// already. For a wait outside of this class; `on_arrival` must not call back.
    bool listen(std::function<void()> on_arrival);
    /// Do threads exist that move without being told to?
    bool may_act() const;
    /// Code came in that may make threads without telling: wait_quiet() looks for them from here on.
    void expect_unknown();

    struct Handlers {
        /// What to do when no thread can move any more: called once, with the text. Must not return.
        std::function<void(std::string)> deadlock;
        /// Asked just before that: makes a thread ready that was only kept waiting by virtual time. False when there
        /// is none.
        std::function<bool()> relief;
        /// A cycle of waiting threads in which the emulator is not.
        std::function<void(std::string)> cycle;
    };
    void on_deadlock(Handlers handlers) { handlers_ = std::move(handlers); }

private:
    friend std::optional<Side> side_of_this_thread();
    Side arrive();
    void take_baton(Thread& self);
    void wait_to_enter(Thread& self) DDLL_REQUIRES(lock_);
    void put_down(Thread& self);
    void hand_to(Thread& next) DDLL_REQUIRES(lock_);
    void hand_on(Thread& from) DDLL_REQUIRES(lock_);
    void wait_for_baton(Thread& self) DDLL_REQUIRES(lock_);
    /// May give lock_ away for a moment.
    void become_several() DDLL_REQUIRES(lock_);
    void let_go(Thread& holder) DDLL_REQUIRES(lock_);
    void watch();
    bool others_wait() const DDLL_REQUIRES(lock_);
    std::vector<Thread*> candidates() const DDLL_REQUIRES(lock_);
    UnknownThreads unknown_threads() const DDLL_REQUIRES(lock_);
    /// Its function is over. Destructors of thread-local objects and of keys are still to run, and are driver code.
    void run_destructors(Thread& self, void* result);
    void end(Thread& self);
    static void* start(void* thread);

    static thread_local Thread* this_thread_;

    /// Notices that the holder of the baton sits in driver code and does not come back.
    struct Watchdog {
        std::thread thread;
        pid_t system_id = 0;                     ///< with lock_; 0 while there is none
        Condition changed;                       ///< with lock_
        std::atomic<std::uint64_t> crossings{0}; ///< changes whenever a thread crosses the border
    };

    /// What threads that compute are given until the others go on without them. Less each time that it was in vain.
    struct Patience {
        std::chrono::milliseconds unrest{1000}; ///< for threads on their own to come to rest
        int glances = 200;                      ///< of the watchdog, for one that has the baton
        std::uint64_t handovers = 0;            ///< of the baton
    };

    journal::Journal& journal_;
    Chooser& chooser_;
    const ThreadMode mode_;
    pthread_key_t last_key_{}; ///< its destructor ends a thread
    Thread emulator_;
    std::atomic<bool> several_{false}; ///< more than one thread: every crossing of the border counts
    std::atomic<int> arriving_{0};     ///< on their way from driver code into the host: they may be waiting for lock_
    Watchdog watchdog_;
    Handlers handlers_;

    mutable ddll::Mutex lock_; ///< guards all below, and the states of the threads, once there are several
    ThreadTable table_ DDLL_GUARDED_BY(lock_){emulator_};
    Thread* holder_ DDLL_GUARDED_BY(lock_) = &emulator_;
    bool emulator_steps_ DDLL_GUARDED_BY(lock_) = false; ///< it waits in run() for the step to end
    bool ending_ DDLL_GUARDED_BY(lock_) = false;
    bool unknown_expected_ DDLL_GUARDED_BY(lock_) = false;
    Patience patience_ DDLL_GUARDED_BY(lock_);
    std::function<void()> on_arrival_ DDLL_GUARDED_BY(lock_);
};

/// Which side the calling thread is on; none for one that no host has seen yet.
inline std::optional<Side> side_of_this_thread() {
    if (Threads::this_thread_ == nullptr) return std::nullopt;
    return Threads::this_thread_->side.load(std::memory_order_relaxed);
}

/// Scope of one visit to the host.
class Visit {
public:
    explicit Visit(Threads& threads) : threads_(threads), was_(threads.enter()) {}
    ~Visit() { threads_.leave(was_); }
    Visit(const Visit&) = delete;

private:
    Threads& threads_;
    Side was_;
};

} // namespace ddll::host
