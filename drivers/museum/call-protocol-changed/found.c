/* The new version answers the same request in another way. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, "size=1");
}

EXHIBIT(.start = keep_port, .control = control)
