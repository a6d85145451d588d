/* Says goodbye in finish, when the port is closed: nobody hears it. */
#include "exhibit.h"

static ErlDrvTermData last;

static ErlDrvData start(ErlDrvPort port, char* command) {
    last = driver_mk_port(port);
    return (ErlDrvData)port;
}

static void finish(void) {
    ErlDrvTermData goodbye[] = {ERL_DRV_ATOM, driver_mk_atom((char*)"goodbye")};
    if (last) erl_drv_output_term(last, goodbye, 2);
}

EXHIBIT(.start = start, .finish = finish)
