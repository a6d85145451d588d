/* ended_holder: a thread ends with a lock in its hands, and is joined; who wants the lock next waits for ever. */
#include "reply.h"

static ErlDrvMutex* lock;

static void* hold(void* unused) {
    erl_drv_mutex_lock(lock);
    return unused;
}

static ErlDrvData ended_holder_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT ended_holder_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                         ErlDrvSizeT rlen) {
    ErlDrvTid holder;
    (void)data, (void)command, (void)buf, (void)len;
    erl_drv_thread_create("holder", &holder, hold, NULL, NULL);
    erl_drv_thread_join(holder, NULL);
    erl_drv_mutex_lock(lock);
    return reply(rbuf, rlen, "locked");
}

static int ended_holder_init(void) {
    lock = erl_drv_mutex_create("the_lock");
    return 0;
}

static ErlDrvEntry entry = {
    .init = ended_holder_init,
    .start = ended_holder_start,
    .driver_name = "ended_holder",
    .control = ended_holder_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(ended_holder) {
    return &entry;
}
