/* Counts in one place for all ports, with a lock for each port: two ports count at once, and counts get lost. */
#include "exhibit.h"
#include <stdio.h>

static volatile long count;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    for (int i = 0; i < 20000; i++) count++;
    return snprintf(*rbuf, rlen, "%ld", count);
}

EXHIBIT(.start = keep_port, .control = control, .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
