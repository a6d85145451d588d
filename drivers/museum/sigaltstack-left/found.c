/* Runs something deep with a stack of its own for signals, and leaves that stack to its scheduler: when the library
 * goes, so does the stack. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <signal.h>

static char room[65536];

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    stack_t own = {.ss_sp = room, .ss_size = sizeof room}, before;
    if (sigaltstack(&own, &before) != 0) return -1;
    /* ... */
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
