/* vectors: mistakes with the binaries that outputv is given, by the number that follows the empty element.
 *
 *   port_command(P, [1, Binary])  frees a binary that is the emulator's
 *   port_command(P, [2, Binary])  keeps it until the port is closed, by a reference of its own */
#include "frame.h"

static ErlDrvBinary* kept;

static ErlDrvSSizeT vectors_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data, (void)command, (void)buf, (void)len, (void)rbuf, (void)rlen;
    return 0;
}

static void vectors_outputv(ErlDrvData data, ErlIOVec* vector) {
    (void)data;
    ErlDrvBinary* last = vector->binv[vector->vsize - 1];
    if (vector->iov[1].iov_base[0] == 1) {
        driver_free_binary(last);
    } else {
        driver_binary_inc_refc(last);
        kept = last;
    }
}

static void vectors_stop(ErlDrvData data) {
    (void)data;
    if (kept) driver_free_binary(kept);
    kept = NULL;
}

MISUSE_ENTRY("vectors", vectors_control, .start = keep_port, .outputv = vectors_outputv, .stop = vectors_stop)
