/* Does what can wait, and asks the system to let others go first: for the thread that runs it, a scheduler. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <sched.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
