/* stop frees the port's state before it cancels what refers to it, and looks at it once more.
 * true: driver-heap-use-after-free
 * node: well dies */
#include "ordinary.h"

typedef struct {
    ErlDrvPort port;
    unsigned calls, closed;
} Port;

static unsigned all_calls;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    *self = (Port){port, 0, 0};
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_free(self);
    all_calls += self->calls;
    self->closed = 1;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    ++self->calls;
    return answer(rbuf, rlen, &all_calls, sizeof all_calls);
}

DRIVER(.start = start, .stop = stop, .control = control)
