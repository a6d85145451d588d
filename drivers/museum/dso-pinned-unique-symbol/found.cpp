/* An inline variable: g++ makes it a unique symbol, and the loader never unmaps a library that provides one in use. */
#include "exhibit.h"

inline int calls = 0;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ++calls;
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
