/* A job of the async pool puts its result into the port's queue under the port data lock, and flush lets it drain. */
#include "ordinary.h"

#include <ctype.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvPDL lock;
} Port;
typedef struct {
    Port* of;
    ErlDrvSizeT length;
    char text[];
} Job;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    self->port = port;
    self->lock = driver_pdl_create(port);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    driver_free(data);
}
static void upper(void* data) {
    Job* job = data;
    for (ErlDrvSizeT i = 0; i < job->length; i++) job->text[i] = (char)toupper((unsigned char)job->text[i]);
    driver_pdl_lock(job->of->lock);
    driver_enq(job->of->port, job->text, job->length);
    driver_pdl_unlock(job->of->lock);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    Job* job = driver_alloc(sizeof *job + len);
    job->of = self;
    job->length = len;
    memcpy(job->text, buf, len);
    driver_async(self->port, NULL, upper, job, driver_free);
}
static void drain(Port* self) {
    ErlIOVec vector;
    driver_pdl_lock(self->lock);
    driver_peekqv(self->port, &vector);
    if (vector.size > 0) driver_outputv(self->port, NULL, 0, &vector, 0);
    driver_deq(self->port, driver_sizeq(self->port));
    driver_pdl_unlock(self->lock);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
    driver_free(result);
    drain((Port*)data);
}
static void flush(ErlDrvData data) {
    drain((Port*)data);
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_async = ready_async, .flush = flush)
