/* Brings its own zlibVersion. The emulator has one too, and is asked first: the driver calls that. */
#include "exhibit.h"

static const char* volatile own = "own";

__attribute__((noinline)) const char* zlibVersion(void) {
    return own;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, zlibVersion());
}

EXHIBIT(.start = keep_port, .control = control)
