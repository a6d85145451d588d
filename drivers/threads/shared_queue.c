/* shared_queue: a thread puts bytes into the port's queue, which the port data lock allows.
 *
 * control: 1 the thread queues "from the thread"     2 the same without taking the lock     3 what the queue holds
 *          4 a second reference is kept after the port has closed (the lock then outlives it) */
#include "reply.h"
#include <string.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvPDL lock;
    int without_lock;
} shared_queue;

static void* fill(void* argument) {
    shared_queue* q = argument;
    if (!q->without_lock) driver_pdl_lock(q->lock);
    long result = driver_enq(q->port, "from the thread", 15);
    if (!q->without_lock) driver_pdl_unlock(q->lock);
    return (void*)result;
}

static ErlDrvSSizeT fill_by_thread(shared_queue* q, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTid thread;
    void* result = NULL;
    erl_drv_thread_create("fill", &thread, fill, q, NULL);
    erl_drv_thread_join(thread, &result);
    return reply(rbuf, rlen, "%ld", (long)result);
}

static ErlDrvSSizeT held(shared_queue* q, char** rbuf, ErlDrvSizeT rlen) {
    int n = 0;
    driver_pdl_lock(q->lock);
    SysIOVec* v = driver_peekq(q->port, &n);
    ErlDrvSSizeT length = n == 0 ? reply(rbuf, rlen, "nothing")
                                 : reply(rbuf, rlen, "%.*s", (int)v[0].iov_len, (const char*)v[0].iov_base);
    driver_deq(q->port, driver_sizeq(q->port));
    driver_pdl_unlock(q->lock);
    return length;
}

static ErlDrvData shared_queue_start(ErlDrvPort port, char* command) {
    (void)command;
    shared_queue* q = driver_alloc(sizeof *q);
    q->port = port;
    q->lock = driver_pdl_create(port);
    q->without_lock = 0;
    return (ErlDrvData)q;
}

static ErlDrvSSizeT shared_queue_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                         ErlDrvSizeT rlen) {
    shared_queue* q = (shared_queue*)data;
    (void)buf;
    (void)len;
    q->without_lock = command == 2;
    switch (command) {
    case 1:
    case 2:
        return fill_by_thread(q, rbuf, rlen);
    case 3:
        return held(q, rbuf, rlen);
    case 4:
        return reply(rbuf, rlen, "%ld", (long)driver_pdl_inc_refc(q->lock));
    default:
        return -1;
    }
}

static void shared_queue_stop(ErlDrvData data) {
    driver_free((void*)data);
}

static ErlDrvEntry entry = {
    .start = shared_queue_start,
    .stop = shared_queue_stop,
    .driver_name = "shared_queue",
    .control = shared_queue_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(shared_queue) {
    return &entry;
}
