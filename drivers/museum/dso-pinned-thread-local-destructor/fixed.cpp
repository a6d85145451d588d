/* A thread-local buffer without a destructor: nothing is registered. */
#include "exhibit.h"

struct Buffer {
    char text[64] = {};
    int used = 0;
};

static thread_local Buffer buffer;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    buffer.text[buffer.used] = 'x';
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
