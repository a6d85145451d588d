#include "host/sync.h"

namespace ddll::host {
namespace {

std::vector<void*>& slots() {
    thread_local std::vector<void*> of_thread;
    return of_thread;
}

} // namespace

ErlDrvTSDKey Sync::create_key(const char* name) {
    const std::lock_guard guard(lock_);
    std::size_t key = 0;
    while (key < keys_.size() && keys_[key].used) ++key;
    if (key == keys_.size()) keys_.emplace_back();
    keys_[key] = Key{true, name != nullptr ? name : ""};
    return static_cast<ErlDrvTSDKey>(key);
}

bool Sync::known_key(ErlDrvTSDKey key) {
    const std::lock_guard guard(lock_);
    return key >= 0 && static_cast<std::size_t>(key) < keys_.size() && keys_[static_cast<std::size_t>(key)].used;
}

bool Sync::destroy_key(ErlDrvTSDKey key) {
    if (!known_key(key)) return false;
    const std::lock_guard guard(lock_);
    keys_[static_cast<std::size_t>(key)].used = false;
    return true;
}

void Sync::add(const void* object) {
    const std::lock_guard guard(lock_);
    objects_.insert(object);
}

bool Sync::remove(const void* object) {
    const std::lock_guard guard(lock_);
    return objects_.erase(object) > 0;
}

bool Sync::knows(const void* object) {
    const std::lock_guard guard(lock_);
    return objects_.contains(object);
}

int& held_locks() {
    thread_local int of_thread = 0;
    return of_thread;
}

void* thread_specific(ErlDrvTSDKey key) {
    const auto index = static_cast<std::size_t>(key);
    return index < slots().size() ? slots()[index] : nullptr;
}

void set_thread_specific(ErlDrvTSDKey key, void* data) {
    const auto index = static_cast<std::size_t>(key);
    if (index >= slots().size()) slots().resize(index + 1, nullptr);
    slots()[index] = data;
}

} // namespace ddll::host
