/* halting: what a port does at the end of the node.
 *
 *   1 Bytes  queue them                          2  take all out of the queue
 *   3 MS     from now on: flush takes all out of the queue after MS milliseconds (one or more digits)
 *   4 Path   from now on: append the names of flush, timeout and stop to this file, a line each */
#include "reply.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    ErlDrvPort port;
    long drain_after; /* -1: flush does nothing */
    char path[256];
} Halting;

static void note(Halting* halting, const char* what) {
    FILE* file = halting->path[0] ? fopen(halting->path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s\n", what);
    fclose(file);
}

static ErlDrvData halting_start(ErlDrvPort port, char* command) {
    (void)command;
    Halting* halting = driver_alloc(sizeof *halting);
    *halting = (Halting){.port = port, .drain_after = -1};
    return (ErlDrvData)halting;
}

static void halting_stop(ErlDrvData data) {
    note((Halting*)data, "stop");
    driver_free(data);
}

static void halting_flush(ErlDrvData data) {
    Halting* halting = (Halting*)data;
    note(halting, "flush");
    if (halting->drain_after == 0)
        driver_deq(halting->port, driver_sizeq(halting->port));
    else if (halting->drain_after > 0)
        driver_set_timer(halting->port, (unsigned long)halting->drain_after);
}

static void halting_timeout(ErlDrvData data) {
    Halting* halting = (Halting*)data;
    note(halting, "timeout");
    driver_deq(halting->port, driver_sizeq(halting->port));
}

static ErlDrvSSizeT halting_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Halting* halting = (Halting*)data;
    char text[256] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%d", driver_enq(halting->port, buf, len));
    case 2:
        return reply(rbuf, rlen, "%d", (int)driver_deq(halting->port, driver_sizeq(halting->port)));
    case 3:
        halting->drain_after = atol(text);
        return 0;
    case 4:
        memcpy(halting->path, text, sizeof halting->path);
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = halting_start,
    .stop = halting_stop,
    .driver_name = "halting",
    .control = halting_control,
    .timeout = halting_timeout,
    .flush = halting_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(halting) {
    return &entry;
}
