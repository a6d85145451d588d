/* Asks for the time with driver_get_now, which is deprecated. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvNowData now;
    return say(rbuf, driver_get_now(&now) == 0 ? "ok" : "none");
}

EXHIBIT(.start = keep_port, .control = control)
