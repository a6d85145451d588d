/* Compresses what it is sent with a stream for each port, and sends the bytes on.
 * needs: zlib1g-dev
 * flags: -lz */
#include "ordinary.h"

#include <zlib.h>

typedef struct {
    ErlDrvPort port;
    z_stream stream;
} Port;

static voidpf take(voidpf unused, uInt items, uInt size) {
    (void)unused;
    return driver_alloc((ErlDrvSizeT)items * size);
}
static void give(voidpf unused, voidpf memory) {
    (void)unused;
    driver_free(memory);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    memset(self, 0, sizeof *self);
    self->port = port;
    self->stream.zalloc = take;
    self->stream.zfree = give;
    if (deflateInit(&self->stream, 6) != Z_OK) {
        driver_free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    deflateEnd(&((Port*)data)->stream);
    driver_free(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    Bytef out[512];
    self->stream.next_in = (Bytef*)buf;
    self->stream.avail_in = (uInt)len;
    do {
        self->stream.next_out = out;
        self->stream.avail_out = sizeof out;
        deflate(&self->stream, Z_SYNC_FLUSH);
        driver_output(self->port, (char*)out, sizeof out - self->stream.avail_out);
    } while (self->stream.avail_out == 0);
}

DRIVER(.start = start, .stop = stop, .output = output)
