/* Sends a binary, and frees it for itself: the message holds a reference of its own. */
#include "exhibit.h"
#include <string.h>

enum { SIZE = 100000 };

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvBinary* binary = driver_alloc_binary(SIZE);
    if (!binary) return -1;
    memset(binary->orig_bytes, 'a', SIZE);
    driver_output_binary((ErlDrvPort)data, NULL, 0, binary, 0, SIZE);
    driver_free_binary(binary);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
