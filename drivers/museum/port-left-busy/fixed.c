/* Says with each command that it is busy, and ten milliseconds later that it is not. */
#include "exhibit.h"

static void output(ErlDrvData data, char* bytes, ErlDrvSizeT size) {
    set_busy_port((ErlDrvPort)data, 1);
    driver_set_timer((ErlDrvPort)data, 10);
}

static void timeout(ErlDrvData data) {
    set_busy_port((ErlDrvPort)data, 0);
}

EXHIBIT(.start = keep_port, .output = output, .timeout = timeout)
