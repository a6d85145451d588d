/* A control with the signature of today: -1 arrives as -1, and the caller gets badarg. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    if (command != 2) return say(rbuf, WHICH);
    return -1;
}

EXHIBIT(.start = keep_port, .control = control)
