/* A reference to the port data lock for each port, and none given back: the closed port, and its driver, stay. */
#include "exhibit.h"

static ErlDrvData start(ErlDrvPort port, char* command) {
    ErlDrvPDL lock = driver_pdl_create(port);
    driver_pdl_inc_refc(lock);
    return (ErlDrvData)lock;
}

EXHIBIT(.start = start)
