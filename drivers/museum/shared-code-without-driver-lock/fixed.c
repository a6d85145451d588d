/* Counts in one place for all ports, under the lock of the driver. */
#include "exhibit.h"
#include <stdio.h>

static volatile long count;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    for (int i = 0; i < 20000; i++) count++;
    return snprintf(*rbuf, rlen, "%ld", count);
}

EXHIBIT(.start = keep_port, .control = control)
