/* control throws, and nobody of the driver catches: the node ends. */
#include "exhibit.h"

static int parse(ErlDrvSizeT len) {
    if (len != 4711) throw 1;
    return 0;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    return parse(len);
}

EXHIBIT(.start = keep_port, .control = control)
