/* The name in its entry is in memory that init frees. The emulator goes on reading it. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <stdlib.h>
#include <string.h>

static char* name;

static int init(void) {
    free(name);
    return 0;
}

EXHIBIT_ENTRY(.init = init, .start = keep_port)

DRIVER_INIT(exhibit) {
    ErlDrvEntry* entry = exhibit_entry();
    entry->driver_name = name = strdup("exhibit");
    return entry;
}
