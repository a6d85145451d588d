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

// What Sync does with the object behind a handle, as one visit to the host.
template <class Object, class Handle>
void act(Handle* handle, Function function, void (host::Sync::*action)(Object&)) {
    Call call(function);
    (call.host().sync().*action)(object<Object>(call, handle, function));
}

// 0, or EBUSY where it cannot be had now.
template <class Object, class Handle>
int attempt(Handle* handle, Function function, bool (host::Sync::*action)(Object&)) {
    Call call(function);
    return (call.host().sync().*action)(object<Object>(call, handle, function)) ? 0 : EBUSY;
}

template <class Object, class Handle>
void release(Handle* handle, Function function, bool (host::Sync::*action)(Object&)) {
    Call call(function);
    Object& known = object<Object>(call, handle, function);
    if (!(call.host().sync().*action)(known)) blame_unlock(call, known.name);
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
    return attempt(mutex, Function::erl_drv_mutex_trylock, &host::Sync::try_lock);
}

void erl_drv_mutex_lock(ErlDrvMutex* mutex) {
    act(mutex, Function::erl_drv_mutex_lock, &host::Sync::lock);
}

void erl_drv_mutex_unlock(ErlDrvMutex* mutex) {
    release(mutex, Function::erl_drv_mutex_unlock, &host::Sync::unlock);
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
    act(cond, Function::erl_drv_cond_signal, &host::Sync::signal);
}

void erl_drv_cond_broadcast(ErlDrvCond* cond) {
    act(cond, Function::erl_drv_cond_broadcast, &host::Sync::broadcast);
}

void erl_drv_cond_wait(ErlDrvCond* cond, ErlDrvMutex* mutex) {
    Call call(Function::erl_drv_cond_wait);
    host::Cond& c = object<host::Cond>(call, cond, Function::erl_drv_cond_wait);
    host::Mutex& m = object<host::Mutex>(call, mutex, Function::erl_drv_cond_wait);
    if (!call.host().sync().wait(c, m)) blame_unlock(call, m.name);
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
    return attempt(lock, Function::erl_drv_rwlock_tryrlock, &host::Sync::try_read_lock);
}

void erl_drv_rwlock_rlock(ErlDrvRWLock* lock) {
    act(lock, Function::erl_drv_rwlock_rlock, &host::Sync::read_lock);
}

void erl_drv_rwlock_runlock(ErlDrvRWLock* lock) {
    release(lock, Function::erl_drv_rwlock_runlock, &host::Sync::read_unlock);
}

int erl_drv_rwlock_tryrwlock(ErlDrvRWLock* lock) {
    return attempt(lock, Function::erl_drv_rwlock_tryrwlock, &host::Sync::try_write_lock);
}

void erl_drv_rwlock_rwlock(ErlDrvRWLock* lock) {
    act(lock, Function::erl_drv_rwlock_rwlock, &host::Sync::write_lock);
}

void erl_drv_rwlock_rwunlock(ErlDrvRWLock* lock) {
    release(lock, Function::erl_drv_rwlock_rwunlock, &host::Sync::write_unlock);
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
