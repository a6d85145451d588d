/* external: sends its caller the term that the bytes given are in external format. port_control answers with what
 * erl_drv_send_term returned. */
#include "reply.h"

static ErlDrvData external_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT external_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    ErlDrvTermData words[] = {ERL_DRV_EXT2TERM, (ErlDrvTermData)buf, len};
    (void)command;
    return reply(rbuf, rlen, "%d", erl_drv_send_term(driver_mk_port(port), driver_caller(port), words, 3));
}

static ErlDrvEntry entry = {
    .start = external_start,
    .driver_name = "external",
    .control = external_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(external) {
    return &entry;
}
