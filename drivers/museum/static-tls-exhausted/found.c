/* 64 KiB per thread, in the static block (initial-exec), where a library that comes late finds no room. */
#include "exhibit.h"

static __thread volatile char block[65536];

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    block[command] = 1;
    return say(rbuf, "ok");
}

EXHIBIT(.start = keep_port, .control = control)
