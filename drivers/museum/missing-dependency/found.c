/* Needs libexhibit_part.so, which lies beside it. Nothing tells the loader to look there. */
#include "exhibit.h"

const char* part_version(void);

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return say(rbuf, part_version());
}

EXHIBIT(.start = keep_port, .control = control)
