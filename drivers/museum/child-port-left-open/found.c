/* Makes a port for its owner, as servers do for a connection. Closing the first port does not close that one. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvPort port = (ErlDrvPort)data;
    if (port) driver_create_port(port, driver_connected(port), (char*)"exhibit_child", NULL);
    return say(rbuf, "ok");
}

EXHIBIT(.start = keep_port, .control = control, .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
