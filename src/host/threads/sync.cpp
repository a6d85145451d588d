#include "host/threads/sync.h"

#include "base/check.h"
#include "host/threads/threads.h"

#include <algorithm>

namespace ddll::host {
namespace {

std::vector<void*>& slots() {
    thread_local std::vector<void*> of_thread;
    return of_thread;
}

} // namespace

bool Lockable::held_by(const Thread& thread) const {
    return std::find(holders.begin(), holders.end(), &thread) != holders.end();
}

Sync::~Sync() = default;

void Sync::remove(Lockable& object) {
    for (Thread* holder : object.holders) std::erase(holder->holds, &object);
    objects_.erase(&object);
}

template <class Wanted>
std::vector<Lockable*> Sync::choose(Wanted wanted) const {
    std::vector<Lockable*> found;
    for (const auto& [handle, object] : objects_)
        if (wanted(*object)) found.push_back(object.get());
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
    return found;
}

std::vector<Lockable*> Sync::of(DriverId driver) const {
    return choose([&](const Lockable& object) { return object.made.driver == driver; });
}

std::vector<Lockable*> Sync::all(SyncKind kind) const {
    return choose([&](const Lockable& object) { return object.kind == kind; });
}

void Sync::took(Lockable& lock) {
    Thread& self = threads_.self();
    lock.holders.push_back(&self);
    self.holds.push_back(&lock);
}

// One hold of the calling thread; false when it has none.
bool Sync::gave(Lockable& lock) {
    Thread& self = threads_.self();
    const auto held = std::find(lock.holders.begin(), lock.holders.end(), &self);
    if (held == lock.holders.end()) return false;
    lock.holders.erase(held);
    self.holds.erase(std::find(self.holds.begin(), self.holds.end(), &lock));
    return true;
}

bool Sync::try_lock(Mutex& mutex) {
    if (pthread_mutex_trylock(&mutex.lock) != 0) return false;
    took(mutex);
    return true;
}

// Until it can be had: by the system's own wait, or by that of the host.
template <class Try, class Wait>
void Sync::acquire(Lockable& lock, WaitFor::Kind kind, Try attempt, Wait wait) {
    if (threads_.mode() == ThreadMode::free) {
        threads_.outside(wait);
        took(lock);
        return;
    }
    while (!attempt()) threads_.block({kind, &lock, nullptr});
}

void Sync::lock(Mutex& mutex) {
    acquire(
        mutex, WaitFor::Kind::lock, [&] { return try_lock(mutex); }, [&] { pthread_mutex_lock(&mutex.lock); });
}

bool Sync::unlock(Mutex& mutex) {
    if (!gave(mutex)) return false;
    pthread_mutex_unlock(&mutex.lock);
    threads_.wake(mutex, true);
    return true;
}

bool Sync::try_read_lock(RWLock& lock) {
    if (pthread_rwlock_tryrdlock(&lock.lock) != 0) return false;
    took(lock);
    return true;
}

bool Sync::try_write_lock(RWLock& lock) {
    if (pthread_rwlock_trywrlock(&lock.lock) != 0) return false;
    took(lock);
    lock.written = true;
    return true;
}

void Sync::read_lock(RWLock& lock) {
    acquire(
        lock, WaitFor::Kind::read_lock, [&] { return try_read_lock(lock); },
        [&] { pthread_rwlock_rdlock(&lock.lock); });
}

void Sync::write_lock(RWLock& lock) {
    acquire(
        lock, WaitFor::Kind::write_lock, [&] { return try_write_lock(lock); },
        [&] { pthread_rwlock_wrlock(&lock.lock); });
    lock.written = true;
}

bool Sync::read_unlock(RWLock& lock) {
    if (lock.written || !gave(lock)) return false;
    pthread_rwlock_unlock(&lock.lock);
    threads_.wake(lock, true);
    return true;
}

bool Sync::write_unlock(RWLock& lock) {
    if (!lock.written || !gave(lock)) return false;
    lock.written = false;
    pthread_rwlock_unlock(&lock.lock);
    threads_.wake(lock, true);
    return true;
}

bool Sync::wait(Cond& condition, Mutex& mutex) {
    if (threads_.mode() == ThreadMode::free) {
        if (!gave(mutex)) return false;
        threads_.outside([&] { pthread_cond_wait(&condition.condition, &mutex.lock); });
        took(mutex);
        return true;
    }
    if (!unlock(mutex)) return false;
    threads_.block({WaitFor::Kind::condition, &condition, nullptr});
    lock(mutex);
    return true;
}

void Sync::signal(Cond& condition) {
    if (threads_.mode() == ThreadMode::free)
        pthread_cond_signal(&condition.condition);
    else
        threads_.wake(condition, false);
}

void Sync::broadcast(Cond& condition) {
    if (threads_.mode() == ThreadMode::free)
        pthread_cond_broadcast(&condition.condition);
    else
        threads_.wake(condition, true);
}

ErlDrvTSDKey Sync::create_key(const char* key_name, Made made) {
    std::size_t key = 0;
    while (key < keys_.size() && keys_[key].used) ++key;
    if (key == keys_.size()) keys_.emplace_back();
    keys_[key] = Key{true, key_name != nullptr ? key_name : "", made};
    return static_cast<ErlDrvTSDKey>(key);
}

bool Sync::known_key(ErlDrvTSDKey key) const {
    return key >= 0 && static_cast<std::size_t>(key) < keys_.size() && keys_[static_cast<std::size_t>(key)].used;
}

bool Sync::destroy_key(ErlDrvTSDKey key) {
    if (!known_key(key)) return false;
    keys_[static_cast<std::size_t>(key)].used = false;
    return true;
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
