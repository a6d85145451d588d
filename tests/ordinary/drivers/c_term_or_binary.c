/* Hands what it is sent to its owner as a term where it is one in external format, else as a plain binary. */
#include "ordinary.h"

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    ErlDrvPort port = (ErlDrvPort)data;
    ErlDrvTermData term[] = {
        ERL_DRV_PORT, driver_mk_port(port), ERL_DRV_EXT2TERM, (ErlDrvTermData)buf, len, ERL_DRV_TUPLE, 2};
    if (erl_drv_output_term(driver_mk_port(port), term, sizeof term / sizeof *term) <= 0) driver_output(port, buf, len);
}

DRIVER(.start = keep_port, .output = output)
