/* Brings a library. */
#include "exhibit.h"

const char* part_version(void);

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, part_version());
}

EXHIBIT(.start = keep_port, .control = control)
