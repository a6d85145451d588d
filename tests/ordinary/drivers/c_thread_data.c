/* Thread-specific data of the driver API in a thread that frees it before it ends. */
#include "ordinary.h"

static ErlDrvTSDKey key;

static int init(void) {
    return erl_drv_tsd_key_create((char*)"scratch", &key);
}
static void finish(void) {
    erl_drv_tsd_key_destroy(key);
}
static void* work(void* data) {
    unsigned* sum = data;
    unsigned* scratch = driver_alloc(100 * sizeof *scratch);
    erl_drv_tsd_set(key, scratch);
    for (unsigned i = 0; i < 100; i++) ((unsigned*)erl_drv_tsd_get(key))[i] = i;
    for (unsigned i = 0; i < 100; i++) *sum += scratch[i];
    erl_drv_tsd_set(key, NULL);
    driver_free(scratch);
    return NULL;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    unsigned sum = command;
    ErlDrvTid thread;
    (void)data, (void)buf, (void)len;
    if (erl_drv_thread_create((char*)"adder", &thread, work, &sum, NULL) != 0) return say(rbuf, rlen, "no thread");
    erl_drv_thread_join(thread, NULL);
    return answer(rbuf, rlen, &sum, sizeof sum);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
