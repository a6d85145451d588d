/* nodelete: linked with -z nodelete, so that dlclose keeps it. In C, without a single template: the other way to stay
 * in memory. What is static here survives a reload of the same file.
 *
 *   port_control(P, 2, [])    ports opened since the library came into memory, as text
 *   port_control(P, 3, [])    version -> "v1" or "v2" */
#include "reply.h"

static int opened;

static ErlDrvData nodelete_start(ErlDrvPort port, char* command) {
    (void)command;
    opened++;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT nodelete_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 2:
        return reply(rbuf, rlen, "%d", opened);
    case 3:
        return reply(rbuf, rlen, "v%d", VERSION);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = nodelete_start,
    .driver_name = "nodelete",
    .control = nodelete_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(nodelete) {
    return &entry;
}
