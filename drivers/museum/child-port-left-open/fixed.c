/* Makes no port of its own: its owner opens what it needs. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, "ok");
}

EXHIBIT(.start = keep_port, .control = control, .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
