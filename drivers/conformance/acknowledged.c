/* acknowledged: open_port returns when the driver says so, which its timeout callback does after a second. How, is told
 * by what follows the driver's name.
 *
 *   "acknowledged value N"   with N as the data of the port     "acknowledged errno N"   with the error errno tells
 *   "acknowledged general", "acknowledged badarg"               with the error of that name
 *   "acknowledged fail"      not at all: the port fails with `not_today`
 *   "acknowledged twice"     with 1 as the data, then with 2
 *   "acknowledged refuse"    start itself fails
 *
 *   port_control(P, 1, [])   which callbacks ran      port_control(P, 2, [])   the data of the port */
#include "diary.h"
#include <errno.h>
#include <stdlib.h>

/* What start leaves for timeout; the data of the port is known only after the acknowledgement. */
static ErlDrvPort opening;
static char how[64];

static ErlDrvData acknowledged_start(ErlDrvPort port, char* command) {
    note("start");
    if (strstr(command, " refuse")) return ERL_DRV_ERROR_GENERAL;
    opening = port;
    snprintf(how, sizeof how, "%s", command);
    driver_set_timer(port, 1000);
    return (ErlDrvData)0;
}

static void acknowledged_timeout(ErlDrvData data) {
    const char* number = strrchr(how, ' ');
    (void)data;
    note("timeout");
    if (strstr(how, " fail"))
        driver_failure_atom(opening, "not_today");
    else if (strstr(how, " general"))
        erl_drv_init_ack(opening, ERL_DRV_ERROR_GENERAL);
    else if (strstr(how, " badarg"))
        erl_drv_init_ack(opening, ERL_DRV_ERROR_BADARG);
    else if (strstr(how, " errno ")) {
        errno = atoi(number);
        erl_drv_init_ack(opening, ERL_DRV_ERROR_ERRNO);
    } else if (strstr(how, " twice")) {
        erl_drv_init_ack(opening, (ErlDrvData)1);
        erl_drv_init_ack(opening, (ErlDrvData)2);
    } else
        erl_drv_init_ack(opening, (ErlDrvData)strtol(number, NULL, 10));
}

static void acknowledged_stop(ErlDrvData data) {
    note("stop(%ld)", (long)data);
}

static ErlDrvSSizeT acknowledged_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                         ErlDrvSizeT rlen) {
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return tell_diary(rbuf, rlen);
    case 2:
        return reply(rbuf, rlen, "%ld", (long)data);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = acknowledged_start,
    .stop = acknowledged_stop,
    .driver_name = "acknowledged",
    .control = acknowledged_control,
    .timeout = acknowledged_timeout,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_INIT_ACK,
};

DRIVER_INIT(acknowledged) {
    return &entry;
}
