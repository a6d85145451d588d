#pragma once
/// What libraries asked of the system behind the driver API's back: threads, thread-specific keys, exit handlers,
/// memory that the C library is to keep. Filled by the functions of api/interposed*.cpp; all but the threads only in
/// runs that look for what is left behind (Options::probe).
#include "base/mutex.h"
#include "host/probe/traces.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ddll::host {

/// Functions of the C library that keep a pointer which is given to them, until the next call.
enum class KeptBy : std::uint8_t { openlog, initstate };

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
        keys_[key] = {destructor, {}};
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

    /// From here on the C library has this pointer of that caller, and no other; none for nullptr.
    void keeps(KeptBy function, const void* memory, std::size_t size) {
        const MutexLock guard(lock_);
        const auto address = reinterpret_cast<std::uintptr_t>(memory);
        kept_[function] = {address, memory == nullptr ? address : address + size};
    }

    /// The function that a thread runs, 0 when it was not seen to begin.
    std::uintptr_t function_of(int system_id) const {
        const MutexLock guard(lock_);
        const auto it = threads_.find(system_id);
        return it == threads_.end() ? 0 : it->second;
    }
    /// Functions of the range that threads run.
    std::vector<std::uintptr_t> running_in(const CodeRange& range) const {
        const MutexLock guard(lock_);
        std::vector<std::uintptr_t> out;
        for (const auto& [id, function] : threads_)
            if (range.has(function)) out.push_back(function);
        return out;
    }
    /// Memory that the C library keeps, as take_leading_into tells.
    bool is_kept(std::uintptr_t address) const {
        const MutexLock guard(lock_);
        return std::any_of(kept_.begin(), kept_.end(), [&](const auto& kept) {
            return kept.second.first <= address && address < kept.second.second;
        });
    }
    /// Destructor of a key that was deleted: the C library forgets the key, not the pointer.
    bool was_destructor(std::uintptr_t function) const {
        const MutexLock guard(lock_);
        return destructors_.contains(function);
    }
    /// Notes which libraries the destructors of keys lie in, while they are all there.
    void name_libraries_of_keys() {
        for (const auto& [key, destructor] : destructors_of_keys()) {
            std::string name = library_of(destructor);
            const MutexLock guard(lock_);
            if (const auto it = keys_.find(key); it != keys_.end() && !name.empty())
                it->second.library = std::move(name);
        }
    }
    /// Keys, exit handlers and what the C library keeps that lead into the range, and keys that lead into a library
    /// which left memory with it; they are reported once.
    std::vector<Found> take_leading_into(const CodeRange& old) {
        std::set<unsigned> gone;
        for (const auto& [key, destructor] : destructors_of_keys())
            if (!old.has(destructor) && library_of(destructor).empty()) gone.insert(key);
        const MutexLock guard(lock_);
        std::vector<Found> out;
        for (auto it = keys_.begin(); it != keys_.end();) {
            const auto& [destructor, library] = it->second;
            if (old.has(destructor)) {
                out.push_back({Residue::thread_key, "its destructor is a function of the library", destructor});
            } else if (gone.contains(it->first) && !library.empty()) {
                out.push_back({Residue::thread_key,
                               "its destructor is a function of " + library + ", which left memory with the driver"});
            } else {
                ++it;
                continue;
            }
            it = keys_.erase(it);
        }
        std::erase_if(exit_handlers_, [&](std::uintptr_t function) {
            if (!old.has(function)) return false;
            out.push_back({Residue::exit_handler, "on_exit was given a function of the library", function});
            return true;
        });
        for (auto& [function, memory] : kept_) {
            if (!old.has(memory.first)) continue;
            out.push_back({Residue::kept_memory,
                           function == KeptBy::openlog ? "openlog keeps the identity that it was given"
                                                       : "random() keeps the state that initstate was given",
                           memory.first});
            memory = {};
        }
        return out;
    }

private:
    struct Key {
        std::uintptr_t destructor = 0;
        std::string library; ///< that it lies in, once the driver is to be closed
    };
    std::map<unsigned, std::uintptr_t> destructors_of_keys() const {
        const MutexLock guard(lock_);
        std::map<unsigned, std::uintptr_t> out;
        for (const auto& [key, it] : keys_)
            if (it.destructor != 0) out[key] = it.destructor;
        return out;
    }

    mutable ddll::Mutex lock_;
    std::map<int, std::uintptr_t> threads_ DDLL_GUARDED_BY(lock_);
    std::map<unsigned, Key> keys_ DDLL_GUARDED_BY(lock_);
    std::set<std::uintptr_t> destructors_ DDLL_GUARDED_BY(lock_); ///< ever given
    std::vector<std::uintptr_t> exit_handlers_ DDLL_GUARDED_BY(lock_);
    std::map<KeptBy, std::pair<std::uintptr_t, std::uintptr_t>> kept_ DDLL_GUARDED_BY(lock_); ///< from, to
};

} // namespace ddll::host
