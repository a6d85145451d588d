/* jobs: work for the async pool.
 *
 * port_control(P, Key, Text) makes a job with that key (255: none) that turns the text round; the answer is the key as
 * driver_async left it. The result comes as data. Command 256 answers whether driver_async_port_key is the same twice
 * and not 0, 257 makes a job that has to wait for a lock that the callback still holds. */
#include "reply.h"
#include <string.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvMutex* lock;
} jobs;

typedef struct {
    ErlDrvMutex* lock; /* or NULL */
    size_t length;
    char text[];
} job;

static void turn_round(void* data) {
    job* j = data;
    if (j->lock) erl_drv_mutex_lock(j->lock);
    for (size_t i = 0; i < j->length / 2; i++) {
        char c = j->text[i];
        j->text[i] = j->text[j->length - 1 - i];
        j->text[j->length - 1 - i] = c;
    }
    if (j->lock) erl_drv_mutex_unlock(j->lock);
}

static ErlDrvData jobs_start(ErlDrvPort port, char* command) {
    (void)command;
    jobs* self = driver_alloc(sizeof *self);
    self->port = port;
    self->lock = erl_drv_mutex_create("jobs_lock");
    return (ErlDrvData)self;
}

static void jobs_stop(ErlDrvData data) {
    erl_drv_mutex_destroy(((jobs*)data)->lock);
    driver_free((void*)data);
}

static ErlDrvSSizeT jobs_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    jobs* self = (jobs*)data;
    if (command == 256) {
        unsigned key = driver_async_port_key(self->port);
        return reply(rbuf, rlen, "%s", key != 0 && key == driver_async_port_key(self->port) ? "one key" : "no key");
    }
    job* j = driver_alloc(sizeof *j + len);
    j->lock = command == 257 ? self->lock : NULL;
    j->length = len;
    memcpy(j->text, buf, len);
    unsigned key = command;
    int waits = command == 257; /* the job may be gone when driver_async returns */
    if (waits) erl_drv_mutex_lock(self->lock);
    long id = driver_async(self->port, command >= 255 ? NULL : &key, turn_round, j, driver_free);
    if (waits) erl_drv_mutex_unlock(self->lock);
    return reply(rbuf, rlen, "%s %u", id > 0 ? "made" : "refused", key);
}

static void jobs_ready(ErlDrvData data, ErlDrvThreadData done) {
    job* j = (job*)done;
    driver_output(((jobs*)data)->port, j->text, j->length);
    driver_free(j);
}

static ErlDrvEntry entry = {
    .start = jobs_start,
    .stop = jobs_stop,
    .driver_name = "jobs",
    .control = jobs_control,
    .ready_async = jobs_ready,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(jobs) {
    return &entry;
}
