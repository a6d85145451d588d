/* large_map: a map of 200 keys, as an external term, sent to the port's owner. */
#include "frame.h"

enum { KEYS = 200 };

static unsigned char external[6 + 4 * KEYS];

static int fill(void) {
    static const unsigned char head[6] = {131, 116, 0, 0, 0, KEYS};
    memcpy(external, head, sizeof head);
    for (int i = 0; i < KEYS; i++) {
        unsigned char* pair = external + sizeof head + 4 * i;
        pair[0] = pair[2] = 97;
        pair[1] = pair[3] = (unsigned char)i;
    }
    return 0;
}

static void* send_map(void* port) {
    ErlDrvTermData whole[] = {ERL_DRV_EXT2TERM, (ErlDrvTermData)external, sizeof external};
    erl_drv_output_term(driver_mk_port((ErlDrvPort)port), whole, 3);
    return NULL;
}

static ErlDrvSSizeT large_map_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    ErlDrvTid thread;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* by a thread of the driver */
        if (erl_drv_thread_create("sender", &thread, send_map, data, NULL) == 0) erl_drv_thread_join(thread, NULL);
        break;
    case 2: /* in the callback */
        send_map(data);
        break;
    default:
        return -1;
    }
    return 0;
}

MISUSE_ENTRY("large_map", large_map_control, .start = keep_port, .init = fill)
