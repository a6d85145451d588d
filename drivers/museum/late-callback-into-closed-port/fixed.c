/* Says goodbye in stop, while the port is still there. */
#include "exhibit.h"

static void stop(ErlDrvData data) {
    ErlDrvTermData last = driver_mk_port((ErlDrvPort)data);
    ErlDrvTermData goodbye[] = {ERL_DRV_ATOM, driver_mk_atom((char*)"goodbye")};
    erl_drv_output_term(last, goodbye, 2);
}

EXHIBIT(.start = keep_port, .stop = stop)
