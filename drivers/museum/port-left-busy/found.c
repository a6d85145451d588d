/* Says with each command that it is busy, and never that it is not. */
#include "exhibit.h"

static void output(ErlDrvData data, char* bytes, ErlDrvSizeT size) {
    set_busy_port((ErlDrvPort)data, 1);
}

EXHIBIT(.start = keep_port, .output = output)
