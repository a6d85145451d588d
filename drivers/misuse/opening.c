/* opening: acknowledgements that go wrong. Open text "opening wrong" acknowledges in start, where nobody waits yet. */
#include "frame.h"

static ErlDrvData opening_start(ErlDrvPort port, char* command) {
    if (strcmp(command, "opening wrong") == 0) erl_drv_init_ack(port, (ErlDrvData)port);
    return (ErlDrvData)port;
}

static ErlDrvSSizeT opening_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    if (command == 1) erl_drv_init_ack((ErlDrvPort)data, data);
    return command == 1 ? 0 : -1;
}

MISUSE_ENTRY("opening", opening_control, .start = opening_start, .driver_flags = ERL_DRV_FLAG_USE_INIT_ACK)
