/* creating: driver_create_port, which needs locking by port. Built twice: creating has no
 * ERL_DRV_FLAG_USE_PORT_LOCKING, creating_right has it. */
#include "frame.h"

#ifdef PORT_LOCKING
#define NAME "creating_right"
#define FLAGS ERL_DRV_FLAG_USE_PORT_LOCKING
#else
#define NAME "creating"
#define FLAGS 0
#endif

static ErlDrvSSizeT creating_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    if (command != 1) return -1;
    driver_create_port(port, driver_caller(port), "created", data);
    return 0;
}

MISUSE_ENTRY(NAME, creating_control, .start = keep_port, .driver_flags = FLAGS)
