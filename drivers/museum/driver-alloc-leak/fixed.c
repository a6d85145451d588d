/* A megabyte for each port, from driver_alloc, freed in stop. */
#include "exhibit.h"
#include <string.h>

enum { MEGABYTE = 1024 * 1024 };

static ErlDrvData start(ErlDrvPort port, char* command) {
    char* memory = driver_alloc(MEGABYTE);
    if (!memory) return ERL_DRV_ERROR_GENERAL;
    memset(memory, 1, MEGABYTE);
    return (ErlDrvData)memory;
}

static void stop(ErlDrvData data) {
    driver_free(data);
}

EXHIBIT(.start = start, .stop = stop)
