/* shared_queue: a thread puts bytes into the port's queue, which is allowed while it holds the port data lock.
 *
 *   port_control(P, 1, Bytes)   let a thread queue the bytes -> what driver_enq and driver_sizeq returned there
 *   port_control(P, 2, [])      the reference count of the lock: now, held, and after it was let go
 *   port_control(P, 3, [])      the queue's size, seen from the callback */
#include "reply.h"

typedef struct {
    ErlDrvPort port;
    ErlDrvPDL lock;
} SharedQueue;

typedef struct {
    SharedQueue* queue;
    char* bytes;
    ErlDrvSizeT count;
    int result;
    long size;
} Work;

static ErlDrvData shared_queue_start(ErlDrvPort port, char* command) {
    (void)command;
    SharedQueue* queue = driver_alloc(sizeof *queue);
    queue->port = port;
    queue->lock = driver_pdl_create(port);
    return (ErlDrvData)queue;
}

static void shared_queue_stop(ErlDrvData data) {
    driver_free(data); /* the port lets go of the lock by itself */
}

static void shared_queue_flush(ErlDrvData data) {
    ErlDrvPort port = ((SharedQueue*)data)->port;
    driver_deq(port, driver_sizeq(port));
}

static void* enqueue(void* data) {
    Work* work = data;
    driver_pdl_lock(work->queue->lock);
    work->result = driver_enq(work->queue->port, work->bytes, work->count);
    work->size = (long)driver_sizeq(work->queue->port);
    driver_pdl_unlock(work->queue->lock);
    return NULL;
}

static ErlDrvSSizeT let_a_thread_work(SharedQueue* queue, char* buf, ErlDrvSizeT len, char** rbuf, ErlDrvSizeT rlen) {
    Work work = {.queue = queue, .bytes = buf, .count = len};
    ErlDrvTid thread;
    if (erl_drv_thread_create("worker", &thread, enqueue, &work, NULL) != 0) return -1;
    erl_drv_thread_join(thread, NULL);
    return reply(rbuf, rlen, "%d %ld", work.result, work.size);
}

static ErlDrvSSizeT counts(ErlDrvPDL lock, char** rbuf, ErlDrvSizeT rlen) {
    long before = driver_pdl_get_refc(lock);
    driver_pdl_lock(lock);
    long held = driver_pdl_get_refc(lock);
    driver_pdl_unlock(lock);
    return reply(rbuf, rlen, "%ld %ld %ld", before, held, (long)driver_pdl_get_refc(lock));
}

static ErlDrvSSizeT shared_queue_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                         ErlDrvSizeT rlen) {
    SharedQueue* queue = (SharedQueue*)data;
    switch (command) {
    case 1:
        return let_a_thread_work(queue, buf, len, rbuf, rlen);
    case 2:
        return counts(queue->lock, rbuf, rlen);
    case 3:
        return reply(rbuf, rlen, "%ld", (long)driver_sizeq(queue->port));
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = shared_queue_start,
    .stop = shared_queue_stop,
    .driver_name = "shared_queue",
    .control = shared_queue_control,
    .flush = shared_queue_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(shared_queue) {
    return &entry;
}
