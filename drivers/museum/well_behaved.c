/* A driver without a sin, in two versions: what the stories about mistakes of those who load drivers are played with.
 *
 *   port_control(P, 1, _)  which version answers: "old" or "new"
 *   port_control(P, 2, _)  one more -> how often this port was asked so */
#include "exhibit.h"
#include <stdio.h>

static ErlDrvData start(ErlDrvPort port, char* command) {
    long* count = driver_alloc(sizeof *count);
    if (!count) return ERL_DRV_ERROR_GENERAL;
    *count = 0;
    return (ErlDrvData)count;
}

static void stop(ErlDrvData data) {
    driver_free(data);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    long* count = (long*)data;
    switch (command) {
    case 1:
        return say(rbuf, WHICH);
    case 2:
        return snprintf(*rbuf, rlen, "%ld", ++*count);
    default:
        return -1;
    }
}

EXHIBIT(.start = start, .stop = stop, .control = control)
