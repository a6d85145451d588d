/* Sends a binary, and frees it twice: the receiver reads memory that is somebody else's. */
#include "exhibit.h"
#include <string.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvBinary* binary = driver_alloc_binary(100000);
    memset(binary->orig_bytes, 'a', 100000);
    driver_output_binary((ErlDrvPort)data, NULL, 0, binary, 0, 100000);
    driver_free_binary(binary);
    driver_free_binary(binary);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
