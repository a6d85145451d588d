#include "host/threads/threads.h"

#include "base/check.h"
#include "isolate/crash.h"

#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace ddll::host {
namespace {

// Makes all threads of the process see each other's stores, without any cost to them.
bool barrier(int command) {
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

// Where a thread stays whose code is gone. Only async-signal-safe calls, and no return.
void stay_for_ever(int) {
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
    // Without the barrier a thread that comes from nowhere could not be told apart from one that does not come.
    if (!barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) || mode == ThreadMode::free) several_ = true;
}

Threads::~Threads() {
    {
        const std::lock_guard guard(lock_);
        ending_ = true;
        watch_.notify_all();
        for (Thread* thread : threads_) thread->wake.notify_all();
    }
    if (watchdog_.joinable()) watchdog_.join();
    for (Thread* thread : threads_) {
        if (thread->kind == ThreadKind::pool) pthread_join(thread->handle, nullptr);
        delete thread;
    }
    this_thread_ = nullptr;
}

void Threads::retire(std::unique_ptr<Threads> threads) {
    const auto runs = [](const Thread* t) { return t->kind != ThreadKind::pool && t->state != Thread::State::ended; };
    if (std::any_of(threads->threads_.begin(), threads->threads_.end(), runs)) {
        // Somebody is parked in it for ever, and needs his record and the lock.
        const std::lock_guard guard(threads->lock_);
        threads->holder_ = nullptr;
        for (Thread* thread : threads->threads_) thread->abandoned = true;
        this_thread_ = nullptr;
        threads.release(); // NOLINT: kept on purpose
    }
}

// --- the baton ------------------------------------------------------------------------------------------------------

void Threads::become_several() {
    if (several_ && watchdog_.joinable()) return;
    several_ = true;
    barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    if (mode_ == ThreadMode::serial && !watchdog_.joinable()) {
        // Signals are the business of the threads that run drivers.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        watchdog_ = std::thread([this] { watch(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
}

Side Threads::arrive() {
    ++arriving_;
    std::unique_lock lock(lock_);
    auto* thread = new Thread;
    thread->kind = ThreadKind::foreign;
    thread->name = "unknown";
    thread->number = next_number_++;
    thread->handle = pthread_self();
    thread->system_id = static_cast<pid_t>(syscall(SYS_gettid));
    thread->state = Thread::State::running;
    thread->controlled = false;
    thread->side = Side::host;
    threads_.push_back(thread);
    this_thread_ = thread;
    become_several();
    --arriving_;
    come_to_the_door(lock, *thread);
    lock.unlock();
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
    crossings_.fetch_add(1, std::memory_order_relaxed);
    next.at_the_door = false;
    next.wake.notify_all();
    watch_.notify_all();
}

// Who could go on now besides the emulator in its steps, in the order of their numbers.
std::vector<Thread*> Threads::candidates() const {
    std::vector<Thread*> found;
    if (emulator_.state == Thread::State::ready || emulator_.at_the_door)
        found.push_back(const_cast<Thread*>(&emulator_));
    for (Thread* thread : threads_)
        if (!thread->abandoned && (thread->state == Thread::State::ready || thread->at_the_door))
            found.push_back(thread);
    return found;
}

// The calling thread has the baton and gives it away.
void Threads::hand_on(std::unique_lock<std::mutex>& lock, Thread& from) {
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
    watch_.notify_all();
    if (emulator_.state != Thread::State::blocked || somebody_on_its_own()) return;
    holder_ = &from; // to call the host, and to write the journal
    lock.unlock();
    const bool relieved = relief && relief();
    lock.lock();
    if (relieved) {
        hand_on(lock, from);
        return;
    }
    const std::string text = situation();
    lock.unlock();
    deadlock(text);
    DDLL_CHECK_MSG(false, "a deadlock was survived");
}

void Threads::wait_for_baton(std::unique_lock<std::mutex>& lock, Thread& self) {
    while (holder_ != &self) {
        if (ending_ && self.kind == ThreadKind::pool) return;
        if (holder_ == nullptr && self.at_the_door && !self.abandoned) {
            hand_to(self);
            break;
        }
        self.wake.wait(lock);
    }
    self.at_the_door = false;
    self.state = Thread::State::running;
    self.wait = {};
    journal_.set_thread(self.number);
}

void Threads::take_baton(Thread& self) {
    ++arriving_;
    std::unique_lock lock(lock_);
    --arriving_;
    if (holder_ == &self) {
        crossings_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    come_to_the_door(lock, self);
}

void Threads::come_to_the_door(std::unique_lock<std::mutex>& lock, Thread& self) {
    self.at_the_door = true;
    if (&self == &emulator_) self.controlled = true;
    watch_.notify_all();
    if (knock_) knock_();
    wait_for_baton(lock, self);
}

// Leaving for driver code.
void Threads::put_down(Thread& self) {
    if (mode_ == ThreadMode::serial && self.controlled) {
        crossings_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    std::unique_lock lock(lock_);
    // The thread counts as outside as soon as the baton is gone.
    self.side.store(Side::driver, std::memory_order_release);
    self.state = Thread::State::running;
    const bool waited_for = emulator_steps_ || !candidates().empty();
    if (waited_for)
        hand_on(lock, self);
    else
        holder_ = nullptr;
}

// --- waiting --------------------------------------------------------------------------------------------------------

bool Threads::block(const WaitFor& wait) {
    Thread& self = *this_thread_;
    std::unique_lock lock(lock_);
    self.state = Thread::State::blocked;
    self.wait = wait;
    waiting_.push_back(&self);
    if (wait.kind != WaitFor::Kind::job) journal_.write(journal::ThreadWaits{self.number, waits_for(self)});
    look_for_cycle(self);
    hand_on(lock, self);
    wait_for_baton(lock, self);
    std::erase(waiting_, &self);
    if (wait.kind != WaitFor::Kind::job && !ending_) journal_.write(journal::ThreadRuns{self.number});
    return !ending_;
}

void Threads::wake_all(const Lockable& object) {
    const std::lock_guard guard(lock_);
    for (Thread* thread : waiting_)
        if (thread->wait.object == &object && thread->state == Thread::State::blocked)
            thread->state = Thread::State::ready;
    watch_.notify_all();
}

void Threads::wake_one(const Lockable& object) {
    const std::lock_guard guard(lock_);
    for (Thread* thread : waiting_)
        if (thread->wait.object == &object && thread->state == Thread::State::blocked) {
            thread->state = Thread::State::ready;
            break;
        }
    watch_.notify_all();
}

void Threads::wake(Thread& thread) {
    const std::lock_guard guard(lock_);
    if (thread.state == Thread::State::blocked) thread.state = Thread::State::ready;
    watch_.notify_all();
}

// --- threads --------------------------------------------------------------------------------------------------------

void* Threads::start(void* argument) {
    auto& self = *static_cast<Thread*>(argument);
    const isolate::SignalStack signal_stack;
    this_thread_ = &self;
    isolate::number_thread(self.number);
    Threads& threads = *self.threads;
    {
        std::unique_lock lock(threads.lock_);
        self.system_id = static_cast<pid_t>(syscall(SYS_gettid));
        threads.wait_for_baton(lock, self);
        if (threads.ending_) return nullptr;
    }
    void* result = self.function(self.argument);
    threads.end(self, result);
    return nullptr;
}

void Threads::end(Thread& self, void* result) {
    std::unique_lock lock(lock_);
    if (ending_) return;
    self.result = result;
    self.state = Thread::State::ended;
    for (Thread* thread : waiting_)
        if (thread->wait.thread == &self && thread->state == Thread::State::blocked)
            thread->state = Thread::State::ready;
    hand_on(lock, self);
}

void Threads::exit(void* result) {
    end(*this_thread_, result);
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
        const std::lock_guard guard(lock_);
        become_several();
        thread->number = next_number_++;
        thread->at_the_door = mode_ == ThreadMode::free;
        threads_.push_back(thread.get());
        error = pthread_create(&thread->handle, &attributes, &Threads::start, thread.get());
        if (error != 0) threads_.pop_back();
        watch_.notify_all();
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
    const std::lock_guard guard(lock_);
    std::erase(threads_, &thread);
    delete &thread;
    return true;
}

Thread* Threads::find(const void* handle) {
    const std::lock_guard guard(lock_);
    if (handle == &emulator_) return &emulator_;
    const auto it = std::find(threads_.begin(), threads_.end(), handle);
    return it == threads_.end() ? nullptr : *it;
}

std::vector<Thread*> Threads::of(DriverId driver) const {
    const std::lock_guard guard(lock_);
    std::vector<Thread*> found;
    for (Thread* thread : threads_)
        if (thread->kind == ThreadKind::driver && thread->driver == driver && !thread->abandoned)
            found.push_back(thread);
    return found;
}

std::set<int> Threads::system_ids() const {
    const std::lock_guard guard(lock_);
    std::set<int> out{emulator_.system_id, watchdog_id_.load()};
    for (const Thread* thread : threads_)
        if (thread->kind != ThreadKind::foreign) out.insert(thread->system_id);
    return out;
}

void Threads::abandon(DriverId driver) {
    const std::lock_guard guard(lock_);
    bool signals = false;
    for (Thread* thread : threads_) {
        if (thread->kind != ThreadKind::driver || thread->driver != driver || thread->abandoned) continue;
        thread->abandoned = true;
        if (thread->state == Thread::State::ended) {
            pthread_join(thread->handle, nullptr); // nobody else will
            continue;
        }
        if (thread->controlled && thread != holder_) continue;
        // It is somewhere in the code that goes. The signal's handler is ours and never gives it back to that code.
        if (!signals) {
            struct sigaction stay {};
            stay.sa_handler = stay_for_ever;
            sigfillset(&stay.sa_mask);
            sigaction(parking_signal(), &stay, nullptr);
            signals = true;
        }
        if (thread->state == Thread::State::running && !thread->at_the_door)
            pthread_kill(thread->handle, parking_signal());
    }
}

// --- steps ----------------------------------------------------------------------------------------------------------

void Threads::collect(std::vector<Step>& ready) {
    if (!several_) return;
    const std::lock_guard guard(lock_);
    for (const Thread* thread : threads_)
        if (!thread->abandoned && (thread->state == Thread::State::ready || thread->at_the_door))
            ready.push_back({Step::Kind::thread, thread->number});
}

void Threads::run(std::uint16_t number) {
    std::unique_lock lock(lock_);
    const auto it =
        std::find_if(threads_.begin(), threads_.end(), [&](const Thread* t) { return t->number == number; });
    if (it == threads_.end()) return;
    emulator_steps_ = true;
    emulator_.state = Thread::State::running;
    hand_to(**it);
    wait_for_baton(lock, emulator_);
    emulator_steps_ = false;
}

} // namespace ddll::host
