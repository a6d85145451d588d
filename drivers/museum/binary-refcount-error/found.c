/* Frees a binary twice: the second time it is somebody else's memory. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvBinary* binary = driver_alloc_binary(100);
    if (!binary) return -1;
    binary->orig_bytes[0] = 'x';
    driver_free_binary(binary);
    driver_free_binary(binary);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
