/* Says that it was built for driver interface 3.99, which no emulator has. */
#include "exhibit.h"

static ErlDrvEntry entry = {.start = keep_port,
                            .driver_name = (char*)"exhibit",
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = 99};

DRIVER_INIT(exhibit) {
    return &entry;
}
