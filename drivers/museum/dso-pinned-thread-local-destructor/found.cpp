/* A thread-local buffer with a destructor. It is to run when the thread ends, and a scheduler's never does: the loader
 * keeps the library. */
#include "exhibit.h"

struct Buffer {
    char text[64] = {};
    int used = 0;
    ~Buffer() { used = 0; }
};

static thread_local Buffer buffer;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    buffer.text[buffer.used] = 'x';
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
