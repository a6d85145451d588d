#include "host/threads/threads.h"

#include "base/check.h"
#include "base/sanitized.h"
#include "host/probe/memory_watch.h"
#include "host/probe/run_delay.h"
#include "isolate/crash.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>

namespace ddll::host {
namespace {

// Makes all threads of the process see each other's stores, without any cost to them.
bool barrier(int command) {
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

// Where a thread stays whose code is gone. Only async-signal-safe calls, and no return.
void stay_forever(int) {
    if (memory_watch::put_off(stay_forever)) return;
    for (;;) pause();
}

int parking_signal() {
    return SIGRTMAX - 3;
}

} // namespace

thread_local Thread* Threads::this_thread_ = nullptr;

Threads::Threads(journal::Journal& journal, Chooser& chooser, ThreadMode mode)
    : journal_(journal), chooser_(chooser), mode_(mode) {
    emulator_.kind = ThreadKind::emulator;
    emulator_.state = Thread::State::running;
    emulator_.side = Side::host;
    emulator_.handle = pthread_self();
    emulator_.system_id = static_cast<pid_t>(syscall(SYS_gettid));
    emulator_.name = "unknown"; // what erl_drv_thread_name says of it
    this_thread_ = &emulator_;
    // A thread ends when all its other destructors have run, in as many rounds as the system grants.
    const auto round_of_destructors = [](void* thread) {
        auto& self = *static_cast<Thread*>(thread);
        Threads& threads = *self.threads;
        constexpr int rounds = PTHREAD_DESTRUCTOR_ITERATIONS - (thread_sanitized ? 1 : 0);
        if (++self.rounds < rounds && pthread_setspecific(threads.last_key_, &self) == 0) return;
        threads.enter();
        threads.end(self);
    };
    DDLL_CHECK(pthread_key_create(&last_key_, round_of_destructors) == 0);
    // Without the barrier a thread that comes from nowhere could not be told apart from one that does not come.
    if (!barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) || mode == ThreadMode::free) several_ = true;
}

Threads::~Threads() {
    {
        const MutexLock guard(lock_);
        ending_ = true;
        watchdog_.changed.notify_all();
        for (Thread* thread : table_.others) thread->wake.notify_all();
    }
    if (watchdog_.thread.joinable()) watchdog_.thread.join();
    for (Thread* thread : table_.others) {
        if (thread->kind == ThreadKind::pool) pthread_join(thread->handle, nullptr);
        delete thread;
    }
    pthread_key_delete(last_key_);
    this_thread_ = nullptr;
}

void Threads::retire(std::unique_ptr<Threads> threads) {
    const auto runs = [](const Thread* t) { return t->kind != ThreadKind::pool && t->state != Thread::State::ended; };
    const MutexLock guard(threads->lock_);
    if (std::any_of(threads->table_.others.begin(), threads->table_.others.end(), runs)) {
        // A thread is parked in it forever, and needs its record and the lock.
        threads->holder_ = nullptr;
        for (Thread* thread : threads->table_.others) thread->abandoned = true;
        this_thread_ = nullptr;
        threads.release(); // NOLINT: kept on purpose
    }
}

// --- the baton ------------------------------------------------------------------------------------------------------

// Gives the lock and the processor away for a moment. Not a wait: to who looks from outside, a callback that sleeps is
// a fault of the driver.
static void let_others_on(ddll::Mutex& lock) DDLL_REQUIRES(lock) {
    lock.unlock();
    sched_yield();
    lock.lock();
}

void Threads::become_several() {
    if (several_ && watchdog_.thread.joinable()) return;
    several_ = true;
    barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    if (mode_ == ThreadMode::serial && !watchdog_.thread.joinable()) {
        // Signals are the business of the threads that run drivers.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        watchdog_.thread = std::thread([this] { watch(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        while (watchdog_.system_id == 0) let_others_on(lock_);
    }
}

Side Threads::arrive() {
    ++arriving_;
    auto* thread = new Thread;
    thread->kind = ThreadKind::foreign;
    thread->name = "unknown";
    thread->handle = pthread_self();
    thread->system_id = static_cast<pid_t>(syscall(SYS_gettid));
    thread->state = Thread::State::running;
    thread->controlled = false;
    thread->side = Side::host;
    {
        const MutexLock lock(lock_);
        thread->number = table_.next_number++;
        table_.others.push_back(thread);
        this_thread_ = thread;
        become_several();
        --arriving_;
        wait_to_enter(*thread);
    }
    isolate::number_thread(thread->number);
    journal_.write(journal::ThreadStarted{thread->number, thread->kind, {}, ""});
    return Side::driver;
}

Thread& Threads::self() {
    DDLL_CHECK(this_thread_ != nullptr);
    return *this_thread_;
}

void Threads::hand_to(Thread& next) {
    holder_ = &next;
    ++patience_.handovers;
    watchdog_.crossings.fetch_add(1, std::memory_order_relaxed);
    next.waits_to_enter = false;
    next.wake.notify_all();
    watchdog_.changed.notify_all();
}

// Those that could go on now, the emulator in its steps left out, in the order of their numbers.
std::vector<Thread*> Threads::candidates() const {
    std::vector<Thread*> found = table_.ready();
    if (emulator_.state == Thread::State::ready || emulator_.waits_to_enter)
        found.insert(found.begin(), const_cast<Thread*>(&emulator_));
    return found;
}

// The calling thread has the baton and gives it away.
void Threads::hand_on(Thread& from) {
    if (emulator_steps_) {
        hand_to(emulator_);
        return;
    }
    const std::vector<Thread*> next = candidates();
    if (!next.empty()) {
        std::vector<Step> steps;
        for (const Thread* thread : next) steps.push_back({Step::Kind::thread, thread->number});
        const std::size_t chosen = mode_ == ThreadMode::free ? 0 : chooser_.choose(steps);
        DDLL_CHECK(chosen < next.size());
        hand_to(*next[chosen]);
        return;
    }
    holder_ = nullptr;
    watchdog_.changed.notify_all();
    if (emulator_.state != Thread::State::blocked || table_.any_uncontrolled()) return;
    holder_ = &from; // to call the host, and to write the journal
    lock_.unlock();
    const bool relieved = handlers_.relief && handlers_.relief();
    lock_.lock();
    if (relieved) {
        hand_on(from);
        return;
    }
    const std::string text = situation(table_.waiting);
    lock_.unlock();
    handlers_.deadlock(text); // does not come back
    lock_.lock();
    DDLL_CHECK_MSG(false, "a deadlock was survived");
}

void Threads::wait_for_baton(Thread& self) {
    while (holder_ != &self) {
        if (ending_ && self.kind == ThreadKind::pool) return;
        if (holder_ == nullptr && self.waits_to_enter && !self.abandoned) {
            hand_to(self);
            break;
        }
        self.wake.wait(lock_);
    }
    self.waits_to_enter = false;
    self.state = Thread::State::running;
    self.wait = {};
    journal_.set_thread(self.number);
}

void Threads::take_baton(Thread& self) {
    ++arriving_;
    const MutexLock lock(lock_);
    --arriving_;
    if (holder_ == &self) {
        watchdog_.crossings.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    wait_to_enter(self);
}

void Threads::wait_to_enter(Thread& self) {
    self.waits_to_enter = true;
    if (&self == &emulator_) self.controlled = true;
    watchdog_.changed.notify_all();
    if (on_arrival_) on_arrival_();
    wait_for_baton(self);
}

// Leaving for driver code.
void Threads::put_down(Thread& self) {
    if (mode_ == ThreadMode::serial && self.controlled) {
        watchdog_.crossings.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const MutexLock lock(lock_);
    // The thread counts as outside as soon as the baton is gone.
    self.side.store(Side::driver, std::memory_order_release);
    self.state = Thread::State::running;
    if (others_wait())
        hand_on(self);
    else
        holder_ = nullptr;
}

// --- waiting --------------------------------------------------------------------------------------------------------

bool Threads::block(const WaitFor& wait) {
    Thread& self = *this_thread_;
    const MutexLock lock(lock_);
    self.state = Thread::State::blocked;
    self.wait = wait;
    table_.waiting.push_back(&self);
    if (wait.kind != WaitFor::Kind::job) journal_.write(journal::ThreadWaits{self.number, waits_for(self)});
    if (waits_for_itself(self, emulator_)) handlers_.cycle(situation(table_.waiting));
    hand_on(self);
    wait_for_baton(self);
    std::erase(table_.waiting, &self);
    if (wait.kind != WaitFor::Kind::job && !ending_) journal_.write(journal::ThreadRuns{self.number});
    return !ending_;
}

void Threads::wake(const Lockable& object, bool all) {
    const MutexLock guard(lock_);
    table_.make_ready(&object, nullptr, all);
    watchdog_.changed.notify_all();
}

void Threads::wake(Thread& thread) {
    const MutexLock guard(lock_);
    if (thread.state == Thread::State::blocked) thread.state = Thread::State::ready;
    watchdog_.changed.notify_all();
}

// --- threads --------------------------------------------------------------------------------------------------------

void* Threads::start(void* argument) {
    auto& self = *static_cast<Thread*>(argument);
    const isolate::SignalStack signal_stack;
    this_thread_ = &self;
    isolate::number_thread(self.number);
    Threads& threads = *self.threads;
    {
        const MutexLock lock(threads.lock_);
        self.system_id = static_cast<pid_t>(syscall(SYS_gettid));
        threads.wait_for_baton(self);
        if (threads.ending_) return nullptr;
    }
    threads.run_destructors(self, self.function(self.argument));
    return nullptr;
}

void Threads::run_destructors(Thread& self, void* result) {
    self.result = result;
    if (self.kind != ThreadKind::driver || pthread_setspecific(last_key_, &self) != 0) return end(self);
    leave(Side::driver);
}

// In the last round nothing of the driver's is left to run, or the C library would not call it.

void Threads::end(Thread& self) {
    RunDelay::thread_ends();
    const MutexLock lock(lock_);
    if (ending_) return;
    self.state = Thread::State::ended;
    table_.make_ready(nullptr, &self, true);
    hand_on(self);
}

void Threads::exit(void* result) {
    run_destructors(*this_thread_, result);
    pthread_exit(nullptr);
}

Thread* Threads::create(ThreadKind kind, std::string name, DriverId driver, void* (*function)(void*), void* argument,
                        std::size_t stack_size, int& error) {
    auto thread = std::make_unique<Thread>();
    thread->threads = this;
    thread->kind = kind;
    thread->name = std::move(name);
    thread->driver = driver;
    thread->function = function;
    thread->argument = argument;
    thread->controlled = mode_ == ThreadMode::serial;
    thread->side = Side::host;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (stack_size > 0) pthread_attr_setstacksize(&attributes, std::max<std::size_t>(stack_size, 64 * 1024));
    {
        const MutexLock guard(lock_);
        become_several();
        thread->number = table_.next_number++;
        thread->waits_to_enter = mode_ == ThreadMode::free;
        table_.others.push_back(thread.get());
        error = pthread_create(&thread->handle, &attributes, &Threads::start, thread.get());
        if (error != 0) table_.others.pop_back();
        // The system may let it run much later, and until then it would be a stranger among the tasks of the process.
        // It gets no further than its number: the calling thread has the baton.
        while (error == 0 && thread->system_id == 0) let_others_on(lock_);
        watchdog_.changed.notify_all();
    }
    pthread_attr_destroy(&attributes);
    return error == 0 ? thread.release() : nullptr;
}

bool Threads::join(Thread& thread, void** result) {
    if (thread.kind != ThreadKind::driver) return false;
    if (mode_ == ThreadMode::free) {
        outside([&] { pthread_join(thread.handle, nullptr); });
    } else {
        // The record's state is only changed by who has the baton.
        while (thread.state != Thread::State::ended) block({WaitFor::Kind::end_of_thread, nullptr, &thread});
        pthread_join(thread.handle, nullptr);
    }
    if (result != nullptr) *result = thread.result;
    const MutexLock guard(lock_);
    std::erase(table_.others, &thread);
    // A lock that it never gave back still names it.
    if (thread.holds.empty()) delete &thread;
    return true;
}

Thread* Threads::find(const void* handle) {
    const MutexLock guard(lock_);
    return table_.find(handle);
}

std::vector<Thread*> Threads::of(DriverId driver) const {
    const MutexLock guard(lock_);
    return table_.of(driver);
}

std::set<int> Threads::system_ids() const {
    const MutexLock guard(lock_);
    std::set<int> out = table_.system_ids();
    if (watchdog_.system_id != 0) out.insert(watchdog_.system_id);
    return out;
}

void Threads::abandon(DriverId driver) {
    const MutexLock guard(lock_);
    bool signals = false;
    for (Thread* thread : table_.others) {
        if (thread->kind != ThreadKind::driver || thread->driver != driver || thread->abandoned) continue;
        thread->abandoned = true;
        if (thread->state == Thread::State::ended) {
            pthread_join(thread->handle, nullptr); // there is no one else who will
            continue;
        }
        if (thread->controlled && thread != holder_) continue;
        // It is somewhere in the code that goes. The signal's handler is ours and never gives it back to that code.
        if (!signals) {
            struct sigaction stay {};
            stay.sa_handler = stay_forever;
            sigfillset(&stay.sa_mask);
            sigaction(parking_signal(), &stay, nullptr);
            signals = true;
        }
        if (thread->state == Thread::State::running && !thread->waits_to_enter)
            pthread_kill(thread->handle, parking_signal());
    }
}

// --- steps ----------------------------------------------------------------------------------------------------------

void Threads::collect(std::vector<Step>& ready) {
    if (!several_) return;
    const MutexLock guard(lock_);
    for (const Thread* thread : table_.ready()) ready.push_back({Step::Kind::thread, thread->number});
}

void Threads::run(std::uint16_t number) {
    const MutexLock lock(lock_);
    const auto it =
        std::find_if(table_.others.begin(), table_.others.end(), [&](const Thread* t) { return t->number == number; });
    if (it == table_.others.end()) return;
    emulator_steps_ = true;
    emulator_.state = Thread::State::running;
    hand_to(**it);
    wait_for_baton(emulator_);
    emulator_steps_ = false;
}

} // namespace ddll::host
