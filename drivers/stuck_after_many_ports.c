/* stuck_after_many_ports: answers port_control of the first twenty ports since it was loaded; then it never comes back.
 * It sleeps there: however fast the machine is, that is where time runs out, and nowhere else. */
#include "reply.h"
#include <unistd.h>

enum { MANY = 20 };
static int opened;

static ErlDrvData start(ErlDrvPort port, char* command) {
    (void)command;
    ++opened;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                            ErlDrvSizeT rlen) {
    (void)data;
    (void)command;
    (void)buf;
    (void)len;
    while (opened > MANY) pause();
    return reply(rbuf, rlen, "ok");
}

static ErlDrvEntry entry = {
    .start = start,
    .driver_name = "stuck_after_many_ports",
    .control = control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(stuck_after_many_ports) {
    return &entry;
}
