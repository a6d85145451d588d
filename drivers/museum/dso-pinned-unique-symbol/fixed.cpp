/* The variable is this file's own. */
#include "exhibit.h"

static int calls = 0;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ++calls;
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
