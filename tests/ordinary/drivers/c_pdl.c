/* A job of the async pool puts its result into the port's queue under the port data lock, and flush lets it drain. Each
 * job has a reference to the lock and one to the port's state, so that both outlive a port that is closed meanwhile. */
#include "ordinary.h"

#include <ctype.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvPDL lock;
    unsigned references; /* the port, and its jobs; under the lock, as is what follows */
    int closed;
} Port;
typedef struct {
    Port* of;
    ErlDrvSizeT length;
    char text[];
} Job;

static void drop(Port* self, int closed) {
    const ErlDrvPDL lock = self->lock;
    unsigned left;
    driver_pdl_lock(lock);
    self->closed |= closed;
    left = --self->references;
    driver_pdl_unlock(lock);
    if (left == 0) driver_free(self);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    *self = (Port){port, driver_pdl_create(port), 1, 0};
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    drop((Port*)data, 1);
}
static void free_job(void* data) {
    Job* job = data;
    const ErlDrvPDL lock = job->of->lock;
    drop(job->of, 0);
    driver_pdl_dec_refc(lock);
    driver_free(job);
}
static void upper(void* data) {
    Job* job = data;
    for (ErlDrvSizeT i = 0; i < job->length; i++) job->text[i] = (char)toupper((unsigned char)job->text[i]);
    driver_pdl_lock(job->of->lock);
    if (!job->of->closed) driver_enq(job->of->port, job->text, job->length);
    driver_pdl_unlock(job->of->lock);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    Job* job = driver_alloc(sizeof *job + len);
    job->of = self;
    job->length = len;
    memcpy(job->text, buf, len);
    driver_pdl_inc_refc(self->lock);
    driver_pdl_lock(self->lock);
    ++self->references;
    driver_pdl_unlock(self->lock);
    driver_async(self->port, NULL, upper, job, free_job);
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
    free_job(result);
    drain((Port*)data);
}
static void flush(ErlDrvData data) {
    drain((Port*)data);
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_async = ready_async, .flush = flush)
