/* A reference to the port data lock for each port, given back in stop. */
#include "exhibit.h"

static ErlDrvData start(ErlDrvPort port, char* command) {
    ErlDrvPDL lock = driver_pdl_create(port);
    driver_pdl_inc_refc(lock);
    return (ErlDrvData)lock;
}

static void stop(ErlDrvData data) {
    driver_pdl_dec_refc((ErlDrvPDL)data);
}

EXHIBIT(.start = start, .stop = stop)
