/* Compression contexts of zstd, one for each port.
 * needs: libzstd-dev
 * flags: -lzstd */
#include "ordinary.h"

#include <zstd.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    (void)port, (void)arguments;
    return (ErlDrvData)ZSTD_createCCtx();
}
static void stop(ErlDrvData data) {
    ZSTD_freeCCtx((ZSTD_CCtx*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const size_t room = ZSTD_compressBound(len);
    char* out = driver_alloc(room);
    const size_t n = ZSTD_compressCCtx((ZSTD_CCtx*)data, out, room, buf, len, (int)(command % 10));
    ErlDrvSSizeT length = ZSTD_isError(n) ? say(rbuf, rlen, ZSTD_getErrorName(n)) : answer(rbuf, rlen, out, n);
    driver_free(out);
    return length;
}

DRIVER(.start = start, .stop = stop, .control = control)
