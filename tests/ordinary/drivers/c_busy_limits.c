/* Says it is busy when much is queued, and lets a timer drain the queue and take that back. */
#include "ordinary.h"

typedef struct {
    ErlDrvPort port;
    int busy;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    ErlDrvSizeT low = 1024, high = 4096;
    (void)arguments;
    self->port = port;
    self->busy = 0;
    erl_drv_busy_msgq_limits(port, &low, &high);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    driver_free(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    driver_enq(self->port, buf, len);
    if (!self->busy && driver_sizeq(self->port) > 64) {
        self->busy = 1;
        set_busy_port(self->port, 1);
    }
    driver_set_timer(self->port, 10);
}
static void timeout(ErlDrvData data) {
    Port* self = (Port*)data;
    if (driver_deq(self->port, driver_sizeq(self->port) / 2 + 1) > 0) driver_set_timer(self->port, 10);
    if (self->busy && driver_sizeq(self->port) < 32) {
        self->busy = 0;
        set_busy_port(self->port, 0);
    }
}
static void flush(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_deq(self->port, driver_sizeq(self->port));
}

DRIVER(.start = start, .stop = stop, .output = output, .timeout = timeout, .flush = flush,
       .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING | ERL_DRV_FLAG_SOFT_BUSY)
