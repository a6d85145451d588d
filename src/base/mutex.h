#pragma once
/// Mutex, MutexLock, Condition: those of the standard library, known to clang's analysis of threads. What a mutex
/// guards is marked with DDLL_GUARDED_BY; a function that is called with it held, with DDLL_REQUIRES.
#include "base/thread_annotations.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace ddll {

class DDLL_CAPABILITY("mutex") Mutex {
public:
    void lock() DDLL_ACQUIRE() { mutex_.lock(); }
    void unlock() DDLL_RELEASE() { mutex_.unlock(); }

private:
    friend class Condition;
    std::mutex mutex_;
};

/// Holds a mutex until the end of its scope.
class DDLL_SCOPED_CAPABILITY MutexLock {
public:
    explicit MutexLock(Mutex& mutex) DDLL_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexLock() DDLL_RELEASE() { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& mutex_;
};

/// Waits give the mutex away and come back with it. They may also come back for no reason.
class Condition {
public:
    void wait(Mutex& mutex) DDLL_REQUIRES(mutex) {
        std::unique_lock lock(mutex.mutex_, std::adopt_lock);
        condition_.wait(lock);
        lock.release();
    }
    /// At most so long, in real time.
    void wait_for(Mutex& mutex, std::chrono::nanoseconds limit) DDLL_REQUIRES(mutex) {
        std::unique_lock lock(mutex.mutex_, std::adopt_lock);
        condition_.wait_for(lock, limit);
        lock.release();
    }
    void notify_all() { condition_.notify_all(); }

private:
    std::condition_variable condition_;
};

} // namespace ddll
