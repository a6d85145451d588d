/* Brings a library that never leaves memory (linked with -z nodelete): the next version gets the old one. */
#include "exhibit.h"

const char* part_version(void);

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, part_version());
}

EXHIBIT(.start = keep_port, .control = control)
