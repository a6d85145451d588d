/* Locks itself into memory: no unload and no reload from now on. */
#include "exhibit.h"

static ErlDrvData start(ErlDrvPort port, char* command) {
    driver_lock_driver(port);
    return (ErlDrvData)port;
}

EXHIBIT(.start = start)
