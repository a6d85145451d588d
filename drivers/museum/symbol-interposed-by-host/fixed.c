/* Brings its own zlibVersion, and keeps it to itself. */
#include "exhibit.h"

static const char* volatile own = "own";

static const char* zlibVersion(void) {
    return own;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, zlibVersion());
}

EXHIBIT(.start = keep_port, .control = control)
