/* A sum, computed by the thread that is here. Built without OpenMP. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    long sum = 0;
    for (long i = 0; i < 1000; i++) sum += i;
    return say(rbuf, sum == 499500 ? "499500" : "wrong");
}

EXHIBIT(.start = keep_port, .control = control)
