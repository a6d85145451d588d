// Locks, a condition and a key that a static object of a function makes on first use; its destructor destroys them.
#include "ordinary.h"

#include <string>

namespace {
struct Shared {
    ErlDrvMutex* lock = erl_drv_mutex_create(const_cast<char*>("shared.lock"));
    ErlDrvRWLock* table = erl_drv_rwlock_create(const_cast<char*>("shared.table"));
    ErlDrvCond* changed = erl_drv_cond_create(const_cast<char*>("shared.changed"));
    ErlDrvTSDKey key{};
    char* memory = static_cast<char*>(driver_alloc(1000));
    Shared() { erl_drv_tsd_key_create(const_cast<char*>("shared.key"), &key); }
    ~Shared() {
        erl_drv_mutex_destroy(lock);
        erl_drv_rwlock_destroy(table);
        erl_drv_cond_destroy(changed);
        erl_drv_tsd_key_destroy(key);
        driver_free(memory);
    }
};
Shared& shared() {
    static Shared one;
    return one;
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    erl_drv_mutex_lock(shared().lock);
    erl_drv_rwlock_rlock(shared().table);
    memcpy(shared().memory, buf, len < 1000 ? len : 1000);
    erl_drv_cond_broadcast(shared().changed);
    erl_drv_rwlock_runlock(shared().table);
    erl_drv_mutex_unlock(shared().lock);
    return say(rbuf, rlen, "done");
}

DRIVER(.start = keep_port, .control = control)
