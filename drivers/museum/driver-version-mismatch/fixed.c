/* Says that it was built for the driver interface of the header. */
#include "exhibit.h"

static ErlDrvEntry entry = {.start = keep_port,
                            .driver_name = (char*)"exhibit",
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(exhibit) {
    return &entry;
}
