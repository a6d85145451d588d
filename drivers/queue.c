/* queue: the operations on the port's queue. A command is queued as a vector by enqv, skipping the bytes set by 10.
 *
 *   1 enq Text      2 pushq Text     3 enq_bin of bytes 2..6 of "0123456789" -> refcount after      4 deq N -> rest
 *   5 sizeq         6 the vector as peekq gives it: "piece piece ..."      7 the size as peekqv gives it
 *   8 peekq on the queue as it is: "null" or "vector", and vlen            9 pushq_bin as 3      10 skip N in enqv */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvSizeT skip;
} Queue;

static ErlDrvData queue_start(ErlDrvPort port, char* command) {
    (void)command;
    Queue* queue = driver_alloc(sizeof *queue);
    queue->port = port;
    queue->skip = 0;
    return (ErlDrvData)queue;
}

static void queue_stop(ErlDrvData data) {
    driver_free(data);
}

static void queue_flush(ErlDrvData data) {
    ErlDrvPort port = ((Queue*)data)->port;
    driver_deq(port, driver_sizeq(port));
}

static void queue_outputv(ErlDrvData data, ErlIOVec* vector) {
    Queue* queue = (Queue*)data;
    driver_enqv(queue->port, vector, queue->skip);
}

static ErlDrvSizeT number(const char* buf, ErlDrvSizeT len) {
    char text[16] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    return strtoul(text, NULL, 10);
}

static ErlDrvSSizeT queue_binary(Queue* queue, int at_head, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvBinary* binary = driver_alloc_binary(10);
    memcpy(binary->orig_bytes, "0123456789", 10);
    if (at_head)
        driver_pushq_bin(queue->port, binary, 2, 5);
    else
        driver_enq_bin(queue->port, binary, 2, 5);
    long refcount = driver_binary_get_refc(binary);
    driver_free_binary(binary);
    return reply(rbuf, rlen, "%ld", refcount);
}

static ErlDrvSSizeT show(ErlDrvPort port, char** rbuf, ErlDrvSizeT rlen) {
    char text[512] = "";
    int pieces = 0, used = 0;
    SysIOVec* vector = driver_peekq(port, &pieces);
    for (int i = 0; i < pieces && used < (int)sizeof text - 1; i++)
        used += snprintf(text + used, sizeof text - used, "%s%.*s", i ? " " : "", (int)vector[i].iov_len,
                         (char*)vector[i].iov_base);
    return reply(rbuf, rlen, "%s", text);
}

static ErlDrvSSizeT queue_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    Queue* queue = (Queue*)data;
    ErlDrvPort port = queue->port;
    ErlIOVec vector;
    int pieces = -7;
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%d", driver_enq(port, buf, len));
    case 2:
        return reply(rbuf, rlen, "%d", driver_pushq(port, buf, len));
    case 3:
        return queue_binary(queue, 0, rbuf, rlen);
    case 4:
        return reply(rbuf, rlen, "%ld", (long)driver_deq(port, number(buf, len)));
    case 5:
        return reply(rbuf, rlen, "%ld", (long)driver_sizeq(port));
    case 6:
        return show(port, rbuf, rlen);
    case 7:
        return reply(rbuf, rlen, "%ld", (long)driver_peekqv(port, &vector));
    case 8: {
        const char* what = driver_peekq(port, &pieces) ? "vector" : "null";
        return reply(rbuf, rlen, "%s %d", what, pieces);
    }
    case 9:
        return queue_binary(queue, 1, rbuf, rlen);
    case 10:
        queue->skip = number(buf, len);
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = queue_start,
    .stop = queue_stop,
    .driver_name = "queue",
    .control = queue_control,
    .outputv = queue_outputv,
    .flush = queue_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(queue) {
    return &entry;
}
