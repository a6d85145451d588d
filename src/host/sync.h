#pragma once
/// Locks and thread-specific data of the driver API. The objects are real pthread objects with a name and a table
/// entry, so that a driver's own threads work and a destroyed or foreign object is recognised.
#include <erl_driver.h>
#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace ddll::host {

struct Mutex {
    std::string name;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    std::atomic<pthread_t> holder{}; ///< 0: free
};
struct Cond {
    std::string name;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
};
struct RWLock {
    std::string name;
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    std::atomic<int> readers{0};
    std::atomic<pthread_t> writer{}; ///< 0: none
};

class Sync {
public:
    Sync() = default;
    Sync(const Sync&) = delete;

    ErlDrvTSDKey create_key(const char* name); ///< the lowest free number, from 0
    bool destroy_key(ErlDrvTSDKey key);        ///< false for an unknown key
    bool known_key(ErlDrvTSDKey key);

    void add(const void* object);
    bool remove(const void* object); ///< false for an object that is not (or no longer) in the table
    bool knows(const void* object);

private:
    struct Key {
        bool used = false;
        std::string name;
    };
    std::mutex lock_;
    std::unordered_set<const void*> objects_;
    std::vector<Key> keys_;
};

/// How many locks of the driver API the calling thread holds.
int& held_locks();

/// Slot of the calling thread for a key; nullptr until something was set.
void* thread_specific(ErlDrvTSDKey key);
void set_thread_specific(ErlDrvTSDKey key, void* data);

} // namespace ddll::host
