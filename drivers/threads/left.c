/* left: a thread that nobody ends. The driver can be unloaded while its thread still waits in it.
 *
 * control: 1 starts a thread that waits for ever     2 starts one that ends at once and is not joined
 *          3 starts one that ends and joins it */
#include "reply.h"

static ErlDrvMutex* lock;
static ErlDrvCond* never;
static int waiting;

static void* wait_for_ever(void* argument) {
    (void)argument;
    waiting = 1;
    erl_drv_mutex_lock(lock);
    for (;;) erl_drv_cond_wait(never, lock);
    return NULL;
}

static void* end_at_once(void* argument) {
    return argument;
}

static ErlDrvData left_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT left_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    ErlDrvTid thread;
    int error = erl_drv_thread_create("left", &thread, command == 1 ? wait_for_ever : end_at_once, NULL, NULL);
    if (command == 3) error = erl_drv_thread_join(thread, NULL);
    return reply(rbuf, rlen, "%d", error);
}

static int left_init(void) {
    lock = erl_drv_mutex_create("left_lock");
    never = erl_drv_cond_create("left_never");
    return 0;
}

static void left_finish(void) {
    if (waiting) return; /* nobody may destroy what a thread uses */
    erl_drv_cond_destroy(never);
    erl_drv_mutex_destroy(lock);
}

static ErlDrvEntry entry = {
    .init = left_init,
    .finish = left_finish,
    .start = left_start,
    .driver_name = "left",
    .control = left_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(left) {
    return &entry;
}
