// Any thread may call these; they are not journaled one by one. A NULL or unknown object ends the emulator, as it does
// here.
#include "api/entry.h"

#include <fmt/format.h>

#include <cerrno>

using api::fatal;
using host::SyncKind;

namespace {

char unknown_name[] = "unknown";

template <class Object>
constexpr SyncKind kind_of = std::is_same_v<Object, host::Mutex>  ? SyncKind::mutex
                             : std::is_same_v<Object, host::Cond> ? SyncKind::cond
                                                                  : SyncKind::rwlock;

// ErlDrvMutex and its like are opaque to drivers; behind them are the host's objects.
template <class Object, class Handle>
Object& object(Call& call, Handle* handle, Function function) {
    Object* found = handle == nullptr ? nullptr : call.host().sync().find<Object>(handle, kind_of<Object>);
    if (found == nullptr) fatal(words::Fatal::lock, function, EINVAL);
    return *found;
}

template <class Object, class Handle>
Handle* create(const char* name, Function function, const void* address) {
    Call call(function);
    Object& made =
        call.host().sync().create<Object>(kind_of<Object>, name != nullptr ? name : unknown_name, call.made(address));
    return reinterpret_cast<Handle*>(&made);
}

template <class Object, class Handle>
void destroy(Handle* handle, Function function, int (*destroyer)(Object&)) {
    Call call(function);
    Object& known = object<Object>(call, handle, function);
    if (const int error = destroyer(known)) fatal(words::Fatal::lock, function, error);
    call.host().sync().remove(known);
}

template <class Object, class Handle>
char* name_of(Handle* handle, Function function) {
    if (handle == nullptr) return nullptr;
    Call call(function);
    return object<Object>(call, handle, function).name.data();
}

// Undetected on a real node, and undefined there; here the lock is left as it is.
void blame_unlock(Call& call, const std::string& name) {
    call.misuse(Rule::unlock_of_unheld_lock, fmt::format("\"{}\" is not held by this thread", name));
}

// `act` is done with the object behind the handle, as one visit to the host.
template <class Object, class Handle, class F>
auto with(Handle* handle, Function function, F&& act) {
    Call call(function);
    Object& known = object<Object>(call, handle, function);
    return act(call, known);
}

} // namespace

extern "C" {

ErlDrvMutex* erl_drv_mutex_create(char* name) {
    return create<host::Mutex, ErlDrvMutex>(name, Function::erl_drv_mutex_create, __builtin_return_address(0));
}

void erl_drv_mutex_destroy(ErlDrvMutex* mutex) {
    destroy<host::Mutex>(
        mutex, Function::erl_drv_mutex_destroy, +[](host::Mutex& m) { return pthread_mutex_destroy(&m.lock); });
}

int erl_drv_mutex_trylock(ErlDrvMutex* mutex) {
    return with<host::Mutex>(mutex, Function::erl_drv_mutex_trylock,
                             [](Call& call, host::Mutex& m) { return call.host().sync().try_lock(m) ? 0 : EBUSY; });
}

void erl_drv_mutex_lock(ErlDrvMutex* mutex) {
    with<host::Mutex>(mutex, Function::erl_drv_mutex_lock,
                      [](Call& call, host::Mutex& m) { call.host().sync().lock(m); });
}

void erl_drv_mutex_unlock(ErlDrvMutex* mutex) {
    with<host::Mutex>(mutex, Function::erl_drv_mutex_unlock, [](Call& call, host::Mutex& m) {
        if (!call.host().sync().unlock(m)) blame_unlock(call, m.name);
    });
}

char* erl_drv_mutex_name(ErlDrvMutex* mutex) {
    return name_of<host::Mutex>(mutex, Function::erl_drv_mutex_name);
}

ErlDrvCond* erl_drv_cond_create(char* name) {
    return create<host::Cond, ErlDrvCond>(name, Function::erl_drv_cond_create, __builtin_return_address(0));
}

void erl_drv_cond_destroy(ErlDrvCond* cond) {
    destroy<host::Cond>(
        cond, Function::erl_drv_cond_destroy, +[](host::Cond& c) { return pthread_cond_destroy(&c.condition); });
}

void erl_drv_cond_signal(ErlDrvCond* cond) {
    with<host::Cond>(cond, Function::erl_drv_cond_signal,
                     [](Call& call, host::Cond& c) { call.host().sync().signal(c); });
}

void erl_drv_cond_broadcast(ErlDrvCond* cond) {
    with<host::Cond>(cond, Function::erl_drv_cond_broadcast,
                     [](Call& call, host::Cond& c) { call.host().sync().broadcast(c); });
}

void erl_drv_cond_wait(ErlDrvCond* cond, ErlDrvMutex* mutex) {
    with<host::Cond>(cond, Function::erl_drv_cond_wait, [&](Call& call, host::Cond& c) {
        host::Mutex& m = object<host::Mutex>(call, mutex, Function::erl_drv_cond_wait);
        if (!call.host().sync().wait(c, m)) blame_unlock(call, m.name);
    });
}

char* erl_drv_cond_name(ErlDrvCond* cond) {
    return name_of<host::Cond>(cond, Function::erl_drv_cond_name);
}

ErlDrvRWLock* erl_drv_rwlock_create(char* name) {
    return create<host::RWLock, ErlDrvRWLock>(name, Function::erl_drv_rwlock_create, __builtin_return_address(0));
}

void erl_drv_rwlock_destroy(ErlDrvRWLock* lock) {
    destroy<host::RWLock>(
        lock, Function::erl_drv_rwlock_destroy,
        +[](host::RWLock& l) { return l.holders.empty() ? pthread_rwlock_destroy(&l.lock) : EBUSY; });
}

int erl_drv_rwlock_tryrlock(ErlDrvRWLock* lock) {
    return with<host::RWLock>(lock, Function::erl_drv_rwlock_tryrlock, [](Call& call, host::RWLock& l) {
        return call.host().sync().try_read_lock(l) ? 0 : EBUSY;
    });
}

void erl_drv_rwlock_rlock(ErlDrvRWLock* lock) {
    with<host::RWLock>(lock, Function::erl_drv_rwlock_rlock,
                       [](Call& call, host::RWLock& l) { call.host().sync().read_lock(l); });
}

void erl_drv_rwlock_runlock(ErlDrvRWLock* lock) {
    with<host::RWLock>(lock, Function::erl_drv_rwlock_runlock, [](Call& call, host::RWLock& l) {
        if (!call.host().sync().read_unlock(l)) blame_unlock(call, l.name);
    });
}

int erl_drv_rwlock_tryrwlock(ErlDrvRWLock* lock) {
    return with<host::RWLock>(lock, Function::erl_drv_rwlock_tryrwlock, [](Call& call, host::RWLock& l) {
        return call.host().sync().try_write_lock(l) ? 0 : EBUSY;
    });
}

void erl_drv_rwlock_rwlock(ErlDrvRWLock* lock) {
    with<host::RWLock>(lock, Function::erl_drv_rwlock_rwlock,
                       [](Call& call, host::RWLock& l) { call.host().sync().write_lock(l); });
}

void erl_drv_rwlock_rwunlock(ErlDrvRWLock* lock) {
    with<host::RWLock>(lock, Function::erl_drv_rwlock_rwunlock, [](Call& call, host::RWLock& l) {
        if (!call.host().sync().write_unlock(l)) blame_unlock(call, l.name);
    });
}

char* erl_drv_rwlock_name(ErlDrvRWLock* lock) {
    return name_of<host::RWLock>(lock, Function::erl_drv_rwlock_name);
}

int erl_drv_tsd_key_create(char* name, ErlDrvTSDKey* key) {
    if (key == nullptr) fatal(words::Fatal::other, Function::erl_drv_tsd_key_create, EINVAL);
    Call call(Function::erl_drv_tsd_key_create);
    *key = call.host().sync().create_key(name, call.made(__builtin_return_address(0)));
    return 0;
}

void erl_drv_tsd_key_destroy(ErlDrvTSDKey key) {
    Call call(Function::erl_drv_tsd_key_destroy);
    if (!call.host().sync().destroy_key(key)) fatal(words::Fatal::lock, Function::erl_drv_tsd_key_destroy, EINVAL);
}

void erl_drv_tsd_set(ErlDrvTSDKey key, void* data) {
    Call call(Function::erl_drv_tsd_set);
    if (!call.host().sync().known_key(key)) fatal(words::Fatal::other, Function::erl_drv_tsd_set, EINVAL);
    host::set_thread_specific(key, data);
}

void* erl_drv_tsd_get(ErlDrvTSDKey key) {
    Call call(Function::erl_drv_tsd_get);
    if (!call.host().sync().known_key(key)) fatal(words::Fatal::other, Function::erl_drv_tsd_get, EINVAL);
    return host::thread_specific(key);
}

} // extern "C"
