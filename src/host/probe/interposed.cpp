#include "host/probe/interposed.h"

#include <fmt/format.h>

namespace ddll::host {

void Interposed::thread_began(int system_id, std::uintptr_t function) {
    const MutexLock guard(lock_);
    threads_[system_id] = function;
}

void Interposed::thread_ended(int system_id) {
    const MutexLock guard(lock_);
    threads_.erase(system_id);
}

void Interposed::key_created(unsigned key, std::uintptr_t destructor) {
    const MutexLock guard(lock_);
    keys_[key] = destructor;
    destructors_.insert(destructor);
}

void Interposed::key_deleted(unsigned key) {
    const MutexLock guard(lock_);
    keys_.erase(key);
}

void Interposed::exit_handler_added(std::uintptr_t function) {
    const MutexLock guard(lock_);
    exit_handlers_.push_back(function);
}

std::uintptr_t Interposed::function_of(int system_id) const {
    const MutexLock guard(lock_);
    const auto it = threads_.find(system_id);
    return it == threads_.end() ? 0 : it->second;
}

bool Interposed::was_destructor(std::uintptr_t function) const {
    const MutexLock guard(lock_);
    return destructors_.contains(function);
}

std::vector<Found> Interposed::take_leading_into(const CodeRange& old) {
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

} // namespace ddll::host
