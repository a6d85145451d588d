/* A command that it does not know ends the program, as a library written for programs does. */
#include "exhibit.h"
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    if (command != 4711) exit(3);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
