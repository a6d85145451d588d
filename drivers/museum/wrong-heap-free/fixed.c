/* Frees memory of malloc with free. */
#include "exhibit.h"
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char* volatile copy = malloc(len + 1);
    if (!copy) return -1;
    copy[0] = 'x';
    free(copy);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
