/* Sets an environment variable, in the emulator's copy of the environment. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <stdlib.h>

static int init(void) {
    return erl_drv_putenv("EXHIBIT_MODE", "fast");
}

EXHIBIT(.init = init, .start = keep_port)
