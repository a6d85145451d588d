/* Calls a function that nobody provides, and would never be called. */
#include "exhibit.h"

void exhibit_not_linked(void);

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    if (len == 4711) exhibit_not_linked();
}

EXHIBIT(.start = keep_port, .output = output)
