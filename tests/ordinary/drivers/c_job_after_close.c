/* A job of the async pool that writes into the port's state, which stop frees without waiting for the job.
 * true: driver-heap-use-after-free
 * node: well dies */
#include "ordinary.h"

#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    unsigned done;
} Port;

static void work(void* data) {
    Port* self = *(Port**)data;
    usleep(20000);
    ++self->done;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    *self = (Port){port, 0};
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    driver_free(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port** job = driver_alloc(sizeof *job);
    (void)buf, (void)len;
    *job = (Port*)data;
    driver_async(((Port*)data)->port, NULL, work, job, driver_free);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData job) {
    (void)data;
    driver_free(job);
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_async = ready_async)
