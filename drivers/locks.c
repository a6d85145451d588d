/* locks: the lock functions on one thread, each answer a line of results.
 *
 *   1 mutex: trylock twice, name         2 rwlock: two readers, a writer, then a writer and a reader, name
 *   3 condition variable: create, signal, broadcast, name
 *   4 thread-specific data: empty, set, cleared, then the key that the next one gets
 *   5 port data lock: second create, refcounts          6 names of objects created without a name
 *   7 rwlock: what a writer finds after rlock, a reader after rwlock    8 locks no mutex at all, which ends a node */
#include "reply.h"
#include <errno.h>

static ErlDrvData locks_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT mutex_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvMutex* mutex = erl_drv_mutex_create("my_mutex");
    int first = erl_drv_mutex_trylock(mutex);
    int second = erl_drv_mutex_trylock(mutex);
    erl_drv_mutex_unlock(mutex);
    erl_drv_mutex_lock(mutex);
    erl_drv_mutex_unlock(mutex);
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%d %s %s", first, second == EBUSY ? "busy" : "taken", erl_drv_mutex_name(mutex));
    erl_drv_mutex_destroy(mutex);
    return length;
}

static ErlDrvSSizeT rwlock_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvRWLock* lock = erl_drv_rwlock_create("my_rwlock");
    int one = erl_drv_rwlock_tryrlock(lock);
    int two = erl_drv_rwlock_tryrlock(lock);
    int writer = erl_drv_rwlock_tryrwlock(lock);
    erl_drv_rwlock_runlock(lock);
    erl_drv_rwlock_runlock(lock);
    int alone = erl_drv_rwlock_tryrwlock(lock);
    int reader = erl_drv_rwlock_tryrlock(lock);
    erl_drv_rwlock_rwunlock(lock);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%d %d %d %d %d %s", one, two, writer == EBUSY, alone, reader == EBUSY,
                                erl_drv_rwlock_name(lock));
    erl_drv_rwlock_destroy(lock);
    return length;
}

static ErlDrvSSizeT rwlock_waiting_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvRWLock* lock = erl_drv_rwlock_create("my_rwlock");
    erl_drv_rwlock_rlock(lock);
    int writer = erl_drv_rwlock_tryrwlock(lock);
    erl_drv_rwlock_runlock(lock);
    erl_drv_rwlock_rwlock(lock);
    int reader = erl_drv_rwlock_tryrlock(lock);
    erl_drv_rwlock_rwunlock(lock);
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%s %s", writer == EBUSY ? "busy" : "taken", reader == EBUSY ? "busy" : "taken");
    erl_drv_rwlock_destroy(lock);
    return length;
}

static ErlDrvSSizeT cond_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvCond* cond = erl_drv_cond_create("my_cond");
    erl_drv_cond_signal(cond);
    erl_drv_cond_broadcast(cond);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%s", erl_drv_cond_name(cond));
    erl_drv_cond_destroy(cond);
    return length;
}

static ErlDrvSSizeT tsd_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTSDKey key, other;
    int value = 1;
    int created = erl_drv_tsd_key_create("my_key", &key);
    void* empty = erl_drv_tsd_get(key);
    erl_drv_tsd_set(key, &value);
    void* set = erl_drv_tsd_get(key);
    erl_drv_tsd_set(key, NULL);
    void* cleared = erl_drv_tsd_get(key);
    erl_drv_tsd_key_destroy(key);
    erl_drv_tsd_key_create("other_key", &other);
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%d %s %s %s %s", created, empty ? "full" : "empty", set == &value ? "set" : "lost",
              cleared ? "full" : "empty", other == key ? "reused" : "new");
    erl_drv_tsd_key_destroy(other);
    return length;
}

static ErlDrvSSizeT pdl_answer(ErlDrvPort port, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvPDL lock = driver_pdl_create(port);
    const char* second = driver_pdl_create(port) ? "lock" : "null";
    long at_first = driver_pdl_get_refc(lock);
    driver_pdl_lock(lock);
    long held = driver_pdl_get_refc(lock);
    driver_pdl_unlock(lock);
    long increased = driver_pdl_inc_refc(lock);
    long decreased = driver_pdl_dec_refc(lock);
    return reply(rbuf, rlen, "%s %ld %ld %ld %ld", second, at_first, held, increased, decreased);
}

static ErlDrvSSizeT names_answer(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvMutex* mutex = erl_drv_mutex_create(NULL);
    ErlDrvCond* cond = erl_drv_cond_create(NULL);
    ErlDrvRWLock* rwlock = erl_drv_rwlock_create(NULL);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%s %s %s %s", erl_drv_mutex_name(mutex), erl_drv_cond_name(cond),
                                erl_drv_rwlock_name(rwlock), erl_drv_mutex_name(NULL) ? "name" : "null");
    erl_drv_mutex_destroy(mutex);
    erl_drv_cond_destroy(cond);
    erl_drv_rwlock_destroy(rwlock);
    return length;
}

static ErlDrvSSizeT locks_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return mutex_answer(rbuf, rlen);
    case 2:
        return rwlock_answer(rbuf, rlen);
    case 3:
        return cond_answer(rbuf, rlen);
    case 4:
        return tsd_answer(rbuf, rlen);
    case 5:
        return pdl_answer((ErlDrvPort)data, rbuf, rlen);
    case 6:
        return names_answer(rbuf, rlen);
    case 7:
        return rwlock_waiting_answer(rbuf, rlen);
    case 8:
        erl_drv_mutex_lock(NULL);
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = locks_start,
    .driver_name = "locks",
    .control = locks_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(locks) {
    return &entry;
}
