/* outputv keeps the last binary that it was given, with a reference of its own, and gives it back on demand. */
#include "ordinary.h"

typedef struct {
    ErlDrvPort port;
    ErlDrvBinary* kept;
    char* at;
    ErlDrvSizeT length;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    memset(self, 0, sizeof *self);
    self->port = port;
    return (ErlDrvData)self;
}
static void forget(Port* self) {
    if (self->kept) driver_free_binary(self->kept);
    self->kept = NULL;
}
static void stop(ErlDrvData data) {
    forget((Port*)data);
    driver_free(data);
}
static void outputv(ErlDrvData data, ErlIOVec* vector) {
    Port* self = (Port*)data;
    for (int i = 0; i < vector->vsize; i++) {
        if (!vector->iov[i].iov_len) continue;
        forget(self);
        if (vector->binv[i]) {
            self->kept = vector->binv[i];
            driver_binary_inc_refc(self->kept);
            self->at = vector->iov[i].iov_base;
        } else {
            self->kept = driver_alloc_binary(vector->iov[i].iov_len);
            memcpy(self->kept->orig_bytes, vector->iov[i].iov_base, vector->iov[i].iov_len);
            self->at = self->kept->orig_bytes;
        }
        self->length = vector->iov[i].iov_len;
    }
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    if (!self->kept) return say(rbuf, rlen, "nothing");
    driver_output_binary(self->port, (char*)"h", 1, self->kept, self->at - self->kept->orig_bytes, self->length);
    return say(rbuf, rlen, "sent");
}

DRIVER(.start = start, .stop = stop, .control = control, .outputv = outputv)
