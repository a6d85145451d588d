/* The answer comes from a binary that was never written: where another one lay before. */
#include "exhibit.h"
#include <string.h>

enum { ROOM = 4096, SIZE = 8 };

static void forget_a_secret(void) {
    ErlDrvBinary* secret = driver_alloc_binary(ROOM);
    if (!secret) return;
    memset(secret->orig_bytes, 's', ROOM);
    driver_free_binary(secret);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvBinary* answer;
    forget_a_secret();
    answer = driver_alloc_binary(ROOM);
    if (!answer) return -1;
    memcpy(*rbuf, answer->orig_bytes + ROOM / 2, SIZE);
    driver_free_binary(answer);
    return SIZE;
}

EXHIBIT(.start = keep_port, .control = control)
