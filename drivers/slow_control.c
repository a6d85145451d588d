/* slow_control: each port_control burns 20 ms of processor time: not enough to be told, and much for 240 ports. */
#include "reply.h"
#include <time.h>

static ErlDrvSSizeT slow_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    (void)data;
    (void)command;
    (void)buf;
    (void)len;
    const clock_t end = clock() + CLOCKS_PER_SEC * 20 / 1000;
    while (clock() < end) continue;
    return reply(rbuf, rlen, "ok");
}

static ErlDrvData slow_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = slow_start,
    .driver_name = "slow_control",
    .control = slow_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(slow_control) {
    return &entry;
}
