#pragma once
/// Locks, condition variables and thread-specific data of the driver API.
///
/// The objects are real pthread objects with a name, a table entry and a record of who holds them, so that a driver's
/// own threads work, sanitizers see what they order, and a destroyed or foreign object is recognised. Waiting for one
/// of them is a matter of Threads (threads.h). All functions are called by a thread that is inside the host.
#include "base/id.h"
#include "host/made.h"
#include "words/emulator.h"

#include <erl_driver.h>
#include <pthread.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ddll::host {

struct Thread;
class Threads;

using words::SyncKind;

/// What threads can wait for, with those who have it.
struct Lockable {
    SyncKind kind;
    std::string name;
    Made made;
    std::vector<Thread*> holders; ///< several only for readers
    std::uint64_t number = 0;     ///< in order of creation

    virtual ~Lockable() = default;
    bool held_by(const Thread& thread) const;
};
struct Mutex : Lockable {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
};
struct Cond : Lockable {
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
};
struct RWLock : Lockable {
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    bool written = false; ///< the holder is a writer
};
/// A port data lock: a mutex that lives as long as it is referred to.
struct PortDataLock : Mutex {
    PortId port;
    DriverId driver; ///< held in memory by the lock (measured)
    std::int64_t references = 1;
};

/// What a blocked thread waits for.
struct WaitFor {
    enum class Kind : std::uint8_t { nothing, lock, read_lock, write_lock, condition, end_of_thread, job };
    Kind kind = Kind::nothing;
    Lockable* object = nullptr; ///< for the locks and the condition
    Thread* thread = nullptr;   ///< whose end is awaited
};

class Sync {
public:
    explicit Sync(Threads& threads) : threads_(threads) {}
    ~Sync();
    Sync(const Sync&) = delete;

    /// The table owns the objects.
    template <class Object>
    Object& create(SyncKind kind, std::string name, Made made);
    /// The object behind a handle, nullptr when it is none of that kind (or no longer).
    template <class Object>
    Object* find(const void* handle, SyncKind kind);
    void remove(Lockable& object);
    /// What is there of a driver, in order of creation.
    std::vector<Lockable*> of(DriverId driver) const;
    std::vector<Lockable*> all(SyncKind kind) const; ///< in order of creation

    void lock(Mutex& mutex);
    bool try_lock(Mutex& mutex);
    /// False when the calling thread does not hold it; then nothing is done.
    bool unlock(Mutex& mutex);
    void read_lock(RWLock& lock);
    void write_lock(RWLock& lock);
    bool try_read_lock(RWLock& lock);
    bool try_write_lock(RWLock& lock);
    bool read_unlock(RWLock& lock);
    bool write_unlock(RWLock& lock);
    /// False when the calling thread does not hold `mutex`.
    bool wait(Cond& condition, Mutex& mutex);
    void signal(Cond& condition);
    void broadcast(Cond& condition);

    ErlDrvTSDKey create_key(const char* name, Made made); ///< the lowest free number, from 0
    bool destroy_key(ErlDrvTSDKey key);                   ///< false for an unknown key
    bool known_key(ErlDrvTSDKey key) const;
    struct Key {
        bool used = false;
        std::string name;
        Made made;
    };
    /// Index: the key's number.
    std::vector<Key>& keys() { return keys_; }

private:
    template <class Wanted>
    std::vector<Lockable*> choose(Wanted wanted) const;
    template <class Try, class Wait>
    void acquire(Lockable& lock, WaitFor::Kind kind, Try attempt, Wait wait);
    void took(Lockable& lock);
    bool gave(Lockable& lock);

    Threads& threads_;
    std::unordered_map<const void*, std::unique_ptr<Lockable>> objects_;
    std::uint64_t next_number_ = 1;
    std::vector<Key> keys_;
};

/// Slot of the calling thread for a key; nullptr until something was set.
void* thread_specific(ErlDrvTSDKey key);
void set_thread_specific(ErlDrvTSDKey key, void* data);

template <class Object>
Object& Sync::create(SyncKind kind, std::string name, Made made) {
    auto object = std::make_unique<Object>();
    object->kind = kind;
    object->name = std::move(name);
    object->made = made;
    object->number = next_number_++;
    Object& made_object = *object;
    objects_.emplace(&made_object, std::move(object));
    return made_object;
}

template <class Object>
Object* Sync::find(const void* handle, SyncKind kind) {
    const auto it = objects_.find(handle);
    if (it == objects_.end() || it->second->kind != kind) return nullptr;
    return static_cast<Object*>(it->second.get());
}

} // namespace ddll::host
