/* two_locks: two locks, taken in one order by a callback and in the other by a thread.
 *
 * control: 1 the thread takes B and then A, the callback A and then B     2 both take A and then B
 * Each waits until the other has its first lock, so that it goes wrong every time and not once a year. */
#include "reply.h"

static ErlDrvMutex *a, *b, *gate_lock;
static ErlDrvCond* gate;
static int arrived;

/* Waits until two have come here. */
static void meet(void) {
    erl_drv_mutex_lock(gate_lock);
    ++arrived;
    erl_drv_cond_broadcast(gate);
    while (arrived < 2) erl_drv_cond_wait(gate, gate_lock);
    erl_drv_mutex_unlock(gate_lock);
}

static void* other_order(void* argument) {
    (void)argument;
    erl_drv_mutex_lock(b);
    meet();
    erl_drv_mutex_lock(a);
    erl_drv_mutex_unlock(a);
    erl_drv_mutex_unlock(b);
    return NULL;
}

static void* same_order(void* argument) {
    (void)argument;
    erl_drv_mutex_lock(a);
    erl_drv_mutex_lock(b);
    erl_drv_mutex_unlock(b);
    erl_drv_mutex_unlock(a);
    return NULL;
}

static ErlDrvData two_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT two_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    ErlDrvTid thread;
    erl_drv_thread_create("second", &thread, command == 1 ? other_order : same_order, NULL, NULL);
    erl_drv_mutex_lock(a);
    if (command == 1) meet();
    erl_drv_mutex_lock(b);
    erl_drv_mutex_unlock(b);
    erl_drv_mutex_unlock(a);
    erl_drv_thread_join(thread, NULL);
    return reply(rbuf, rlen, "both are through");
}

static int two_init(void) {
    a = erl_drv_mutex_create("lock_a");
    b = erl_drv_mutex_create("lock_b");
    gate_lock = erl_drv_mutex_create("gate_lock");
    gate = erl_drv_cond_create("gate");
    return 0;
}

static void two_finish(void) {
    erl_drv_cond_destroy(gate);
    erl_drv_mutex_destroy(gate_lock);
    erl_drv_mutex_destroy(b);
    erl_drv_mutex_destroy(a);
}

static ErlDrvEntry entry = {
    .init = two_init,
    .start = two_start,
    .finish = two_finish,
    .driver_name = "two_locks",
    .control = two_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(two_locks) {
    return &entry;
}
