/* Frees memory of malloc with driver_free. */
#include "exhibit.h"
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char* volatile copy = malloc(len + 1);
    if (!copy) return -1;
    copy[0] = 'x';
    driver_free(copy);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
