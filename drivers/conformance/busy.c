/* busy: a port that is busy on demand. What is sent to it comes back, so that the order shows in which commands were
 * served. The command "busy" makes the port busy inside output.
 *
 *   port_control(P, 1, [])     busy from now on
 *   port_control(P, 2, [])     busy no longer
 *   port_control(P, 3, [])     the limits of the message queue -> "low high"
 *   port_control(P, 4, [])     set the limits to 10 and 20 -> "low high" as they are afterwards
 *
 * Built a second time as soft_busy (a command with the option force is let through) and a third time as
 * no_busy_queue (the length of the message queue makes nobody wait). */
#include "reply.h"
#include <string.h>

static ErlDrvData busy_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void busy_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    ErlDrvPort port = (ErlDrvPort)data;
    if (len == 4 && memcmp(buf, "busy", 4) == 0) set_busy_port(port, 1);
    driver_output(port, buf, len);
}

static ErlDrvSSizeT limits(ErlDrvPort port, ErlDrvSizeT low, ErlDrvSizeT high, char** rbuf, ErlDrvSizeT rlen) {
    erl_drv_busy_msgq_limits(port, &low, &high);
    return reply(rbuf, rlen, "%ld %ld", (long)low, (long)high);
}

static ErlDrvSSizeT busy_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        set_busy_port(port, 1);
        return 0;
    case 2:
        set_busy_port(port, 0);
        return 0;
    case 3:
        return limits(port, 0, 0, rbuf, rlen);
    case 4:
        return limits(port, 10, 20, rbuf, rlen);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = busy_start,
    .output = busy_output,
    .driver_name = BUSY_NAME,
    .control = busy_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = BUSY_FLAGS,
};

DRIVER_INIT(busy) {
    return &entry;
}
