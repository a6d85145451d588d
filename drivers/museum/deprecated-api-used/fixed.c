/* Asks for the time with erl_drv_monotonic_time. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, erl_drv_monotonic_time(ERL_DRV_MSEC) != ERL_DRV_TIME_ERROR ? "ok" : "none");
}

EXHIBIT(.start = keep_port, .control = control)
