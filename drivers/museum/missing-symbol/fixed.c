/* Calls a function of its own. */
#include "exhibit.h"

static void exhibit_not_linked(void) {}

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    if (len == 4711) exhibit_not_linked();
}

EXHIBIT(.start = keep_port, .output = output)
