/* late_drain: what is sent to it waits in the queue, and closing takes its time: flush sets a timer, and every 100 ms
 * four bytes leave the queue. Until it is empty the port is closing, counts as open, and holds the driver.
 *
 *   command                 queued
 *   port_control(P, 1, [])  bytes in the queue, also while closing
 *   port_control(P, 2, [])  drain now, all at once
 *   port_control(P, 3, [])  fail with `impatient` instead of draining, from the next timer on */
#include "reply.h"

typedef struct {
    ErlDrvPort port;
    int impatient;
} LateDrain;

enum { PIECE = 4, INTERVAL = 100 };

static ErlDrvData late_drain_start(ErlDrvPort port, char* command) {
    (void)command;
    LateDrain* drain = driver_alloc(sizeof *drain);
    drain->port = port;
    drain->impatient = 0;
    return (ErlDrvData)drain;
}

static void late_drain_stop(ErlDrvData data) {
    driver_free(data);
}

static void late_drain_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_enq(((LateDrain*)data)->port, buf, len);
}

static void late_drain_flush(ErlDrvData data) {
    driver_set_timer(((LateDrain*)data)->port, INTERVAL);
}

static void late_drain_timeout(ErlDrvData data) {
    LateDrain* drain = (LateDrain*)data;
    if (drain->impatient) {
        driver_failure_atom(drain->port, "impatient");
        return;
    }
    ErlDrvSizeT left = driver_sizeq(drain->port);
    driver_output(drain->port, "late", 4);
    if (left > PIECE) driver_set_timer(drain->port, INTERVAL);
    driver_deq(drain->port, left < PIECE ? left : PIECE);
}

static ErlDrvSSizeT late_drain_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                       ErlDrvSizeT rlen) {
    LateDrain* drain = (LateDrain*)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%lu", (unsigned long)driver_sizeq(drain->port));
    case 2:
        driver_deq(drain->port, driver_sizeq(drain->port));
        return 0;
    case 3:
        drain->impatient = 1;
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = late_drain_start,
    .stop = late_drain_stop,
    .output = late_drain_output,
    .driver_name = "late_drain",
    .control = late_drain_control,
    .timeout = late_drain_timeout,
    .flush = late_drain_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(late_drain) {
    return &entry;
}
