/* 64 KiB per thread, in the dynamic way. */
#include "exhibit.h"

static __thread volatile char block[65536];

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    block[command] = 1;
    return say(rbuf, "ok");
}

EXHIBIT(.start = keep_port, .control = control)
