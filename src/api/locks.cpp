// Any thread may call these; they are not journaled one by one. A NULL or unknown object ends the emulator, as it does
// here.
#include "api/entry.h"
#include "isolate/crash.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

using namespace ddll;
using api::Call;
using api::Function;
using api::function_name;

namespace {

char unknown_name[] = "unknown";

[[noreturn]] void fatal(Function function, int error) {
    isolate::die(fmt::format("Fatal error in {}(): {} [{}]", function_name(static_cast<std::uint16_t>(function)),
                             std::strerror(error), error));
}

// ErlDrvMutex and its like are opaque to drivers; behind them are the host's objects.
template <class Object, class Handle>
Object& object(Handle* handle, Function function) {
    if (handle == nullptr || !host::current()->sync().knows(handle)) fatal(function, EINVAL);
    return *reinterpret_cast<Object*>(handle);
}

template <class Object, class Handle>
Handle* create(const char* name) {
    auto* made = new Object;
    made->name = name != nullptr ? name : unknown_name;
    host::current()->sync().add(made);
    return reinterpret_cast<Handle*>(made);
}

template <class Object, class Handle>
void destroy(Handle* handle, Function function, int (*destroyer)(Object&)) {
    Object& known = object<Object>(handle, function);
    if (const int error = destroyer(known)) fatal(function, error);
    host::current()->sync().remove(handle);
    delete &known;
}

template <class Object, class Handle>
char* name_of(Handle* handle, Function function) {
    return handle == nullptr ? nullptr : object<Object>(handle, function).name.data();
}

void blame_unlock(Function function, const std::string& name) {
    Call(function).misuse(host::Misuse::unlock_unheld, fmt::format("\"{}\" is not held by this thread", name));
}

void took(host::Mutex& mutex) {
    mutex.holder = pthread_self();
    ++host::held_locks();
}

} // namespace

extern "C" {

ErlDrvMutex* erl_drv_mutex_create(char* name) {
    return create<host::Mutex, ErlDrvMutex>(name);
}

void erl_drv_mutex_destroy(ErlDrvMutex* mutex) {
    destroy<host::Mutex>(
        mutex, Function::erl_drv_mutex_destroy, +[](host::Mutex& m) { return pthread_mutex_destroy(&m.lock); });
}

int erl_drv_mutex_trylock(ErlDrvMutex* mutex) {
    host::Mutex& m = object<host::Mutex>(mutex, Function::erl_drv_mutex_trylock);
    const int error = pthread_mutex_trylock(&m.lock);
    if (error == 0)
        took(m);
    else if (error != EBUSY)
        fatal(Function::erl_drv_mutex_trylock, error);
    return error;
}

void erl_drv_mutex_lock(ErlDrvMutex* mutex) {
    host::Mutex& m = object<host::Mutex>(mutex, Function::erl_drv_mutex_lock);
    if (const int error = pthread_mutex_lock(&m.lock)) fatal(Function::erl_drv_mutex_lock, error);
    took(m);
}

void erl_drv_mutex_unlock(ErlDrvMutex* mutex) {
    host::Mutex& m = object<host::Mutex>(mutex, Function::erl_drv_mutex_unlock);
    if (!pthread_equal(m.holder, pthread_self())) {
        // Undetected on a real node, and undefined there; here the lock is left as it is.
        blame_unlock(Function::erl_drv_mutex_unlock, m.name);
        return;
    }
    m.holder = pthread_t{};
    --host::held_locks();
    pthread_mutex_unlock(&m.lock);
}

char* erl_drv_mutex_name(ErlDrvMutex* mutex) {
    return name_of<host::Mutex>(mutex, Function::erl_drv_mutex_name);
}

ErlDrvCond* erl_drv_cond_create(char* name) {
    return create<host::Cond, ErlDrvCond>(name);
}

void erl_drv_cond_destroy(ErlDrvCond* cond) {
    destroy<host::Cond>(
        cond, Function::erl_drv_cond_destroy, +[](host::Cond& c) { return pthread_cond_destroy(&c.condition); });
}

void erl_drv_cond_signal(ErlDrvCond* cond) {
    pthread_cond_signal(&object<host::Cond>(cond, Function::erl_drv_cond_signal).condition);
}

void erl_drv_cond_broadcast(ErlDrvCond* cond) {
    pthread_cond_broadcast(&object<host::Cond>(cond, Function::erl_drv_cond_broadcast).condition);
}

void erl_drv_cond_wait(ErlDrvCond* cond, ErlDrvMutex* mutex) {
    host::Cond& c = object<host::Cond>(cond, Function::erl_drv_cond_wait);
    host::Mutex& m = object<host::Mutex>(mutex, Function::erl_drv_cond_wait);
    if (!pthread_equal(m.holder, pthread_self())) {
        blame_unlock(Function::erl_drv_cond_wait, m.name);
        return;
    }
    m.holder = pthread_t{};
    pthread_cond_wait(&c.condition, &m.lock);
    m.holder = pthread_self();
}

char* erl_drv_cond_name(ErlDrvCond* cond) {
    return name_of<host::Cond>(cond, Function::erl_drv_cond_name);
}

ErlDrvRWLock* erl_drv_rwlock_create(char* name) {
    return create<host::RWLock, ErlDrvRWLock>(name);
}

void erl_drv_rwlock_destroy(ErlDrvRWLock* lock) {
    destroy<host::RWLock>(
        lock, Function::erl_drv_rwlock_destroy, +[](host::RWLock& l) {
            const bool held = l.readers > 0 || l.writer != pthread_t{};
            return held ? EBUSY : pthread_rwlock_destroy(&l.lock);
        });
}

int erl_drv_rwlock_tryrlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_tryrlock);
    const int error = pthread_rwlock_tryrdlock(&l.lock);
    if (error == 0) {
        ++l.readers;
        ++host::held_locks();
    }
    return error;
}

void erl_drv_rwlock_rlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_rlock);
    if (const int error = pthread_rwlock_rdlock(&l.lock)) fatal(Function::erl_drv_rwlock_rlock, error);
    ++l.readers;
    ++host::held_locks();
}

void erl_drv_rwlock_runlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_runlock);
    if (l.readers == 0) {
        blame_unlock(Function::erl_drv_rwlock_runlock, l.name);
        return;
    }
    --l.readers;
    --host::held_locks();
    pthread_rwlock_unlock(&l.lock);
}

int erl_drv_rwlock_tryrwlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_tryrwlock);
    const int error = pthread_rwlock_trywrlock(&l.lock);
    if (error == 0) {
        l.writer = pthread_self();
        ++host::held_locks();
    }
    return error;
}

void erl_drv_rwlock_rwlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_rwlock);
    if (const int error = pthread_rwlock_wrlock(&l.lock)) fatal(Function::erl_drv_rwlock_rwlock, error);
    l.writer = pthread_self();
    ++host::held_locks();
}

void erl_drv_rwlock_rwunlock(ErlDrvRWLock* lock) {
    host::RWLock& l = object<host::RWLock>(lock, Function::erl_drv_rwlock_rwunlock);
    if (!pthread_equal(l.writer, pthread_self())) {
        blame_unlock(Function::erl_drv_rwlock_rwunlock, l.name);
        return;
    }
    l.writer = pthread_t{};
    --host::held_locks();
    pthread_rwlock_unlock(&l.lock);
}

char* erl_drv_rwlock_name(ErlDrvRWLock* lock) {
    return name_of<host::RWLock>(lock, Function::erl_drv_rwlock_name);
}

int erl_drv_tsd_key_create(char* name, ErlDrvTSDKey* key) {
    if (key == nullptr) fatal(Function::erl_drv_tsd_key_create, EINVAL);
    *key = host::current()->sync().create_key(name);
    return 0;
}

void erl_drv_tsd_key_destroy(ErlDrvTSDKey key) {
    if (!host::current()->sync().destroy_key(key)) fatal(Function::erl_drv_tsd_key_destroy, EINVAL);
}

void erl_drv_tsd_set(ErlDrvTSDKey key, void* data) {
    if (!host::current()->sync().known_key(key)) fatal(Function::erl_drv_tsd_set, EINVAL);
    host::set_thread_specific(key, data);
}

void* erl_drv_tsd_get(ErlDrvTSDKey key) {
    if (!host::current()->sync().known_key(key)) fatal(Function::erl_drv_tsd_get, EINVAL);
    return host::thread_specific(key);
}

} // extern "C"
