#pragma once
/// What libraries asked of the system behind the driver API's back: threads, thread-specific keys, exit handlers.
/// Filled by the functions of api/interposed.cpp in runs that look for what is left behind (Options::probe).
#include "base/mutex.h"
#include "host/probe/traces.h"

#include <map>
#include <set>
#include <vector>

namespace ddll::host {

/// Any thread.
class Interposed {
public:
    void thread_began(int system_id, std::uintptr_t function) {
        const MutexLock guard(lock_);
        threads_[system_id] = function;
    }
    void thread_ended(int system_id) {
        const MutexLock guard(lock_);
        threads_.erase(system_id);
    }
    void key_created(unsigned key, std::uintptr_t destructor) {
        const MutexLock guard(lock_);
        keys_[key] = destructor;
        destructors_.insert(destructor);
    }
    void key_deleted(unsigned key) {
        const MutexLock guard(lock_);
        keys_.erase(key);
    }
    void exit_handler_added(std::uintptr_t function) {
        const MutexLock guard(lock_);
        exit_handlers_.push_back(function);
    }

    /// The function that a thread runs, 0 when it was not seen to begin.
    std::uintptr_t function_of(int system_id) const {
        const MutexLock guard(lock_);
        const auto it = threads_.find(system_id);
        return it == threads_.end() ? 0 : it->second;
    }
    /// Destructor of a key that was deleted: the C library forgets the key, not the pointer.
    bool was_destructor(std::uintptr_t function) const {
        const MutexLock guard(lock_);
        return destructors_.contains(function);
    }
    /// Keys and exit handlers that lead into the range; they are reported once.
    std::vector<Found> take_leading_into(const CodeRange& old) {
        const MutexLock guard(lock_);
        std::vector<Found> out;
        for (auto it = keys_.begin(); it != keys_.end();) {
            if (!old.has(it->second)) {
                ++it;
                continue;
            }
            out.push_back({Residue::thread_key, "its destructor is a function of the library", it->second});
            it = keys_.erase(it);
        }
        std::erase_if(exit_handlers_, [&](std::uintptr_t function) {
            if (!old.has(function)) return false;
            out.push_back({Residue::exit_handler, "on_exit was given a function of the library", function});
            return true;
        });
        return out;
    }

private:
    mutable ddll::Mutex lock_;
    std::map<int, std::uintptr_t> threads_ DDLL_GUARDED_BY(lock_);
    std::map<unsigned, std::uintptr_t> keys_ DDLL_GUARDED_BY(lock_);
    std::set<std::uintptr_t> destructors_ DDLL_GUARDED_BY(lock_); ///< ever given
    std::vector<std::uintptr_t> exit_handlers_ DDLL_GUARDED_BY(lock_);
};

} // namespace ddll::host
