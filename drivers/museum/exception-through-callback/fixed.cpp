/* control throws, and turns it into a refusal. */
#include "exhibit.h"

static int parse(ErlDrvSizeT len) {
    if (len != 4711) throw 1;
    return 0;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    try {
        return parse(len);
    } catch (...) {
        return say(rbuf, "refused");
    }
}

EXHIBIT(.start = keep_port, .control = control)
