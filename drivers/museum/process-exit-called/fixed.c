/* A command that it does not know is refused. */
#include "exhibit.h"
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    if (command != 4711) return say(rbuf, "refused");
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
