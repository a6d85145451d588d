/* async: jobs for the threads of the pool. Each job has a number, counted from 1; the port's owner gets {ready, N} when
 * ready_async has it back.
 *
 *   port_control(P, 1, "K")    queue a job with key K -> "queued K", K as it is afterwards
 *   port_control(P, 2, [])     queue a job without a key -> "queued"
 *   port_control(P, 3, [])     what became of all jobs: "invoked N,... ready N,... freed N,..."
 *   port_control(P, 4, [])     jobs take until a port of the driver has been stopped
 *
 * Built a second time as async_without_ready: the same without a ready_async callback. */
#include "reply.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef WITHOUT_READY
#define NAME "async_without_ready"
#else
#define NAME "async"
#endif

enum { MOST_JOBS = 16 };

/* The numbers of the jobs that something happened to, in the order in which it did. Jobs run on other threads. */
typedef struct {
    atomic_int jobs[MOST_JOBS];
    atomic_int count;
} Row;

typedef struct {
    int number;
} Job;

static Row invoked, ready, freed;
static int queued;
static atomic_int waiting, stopped;

static void add(Row* row, int number) {
    int place = atomic_fetch_add(&row->count, 1);
    if (place < MOST_JOBS) atomic_store(&row->jobs[place], number);
}

static int print(char* to, size_t room, const char* name, Row* row) {
    int used = snprintf(to, room, "%s%s", name, atomic_load(&row->count) == 0 ? " none" : "");
    for (int i = 0; i < atomic_load(&row->count) && i < MOST_JOBS; i++)
        used += snprintf(to + used, room - used, "%c%d", i ? ',' : ' ', atomic_load(&row->jobs[i]));
    return used;
}

static void invoke(void* data) {
    while (atomic_load(&waiting) && !atomic_load(&stopped)) usleep(1000);
    add(&invoked, ((Job*)data)->number);
}

static void free_job(void* data) {
    add(&freed, ((Job*)data)->number);
    driver_free(data);
}

static ErlDrvData async_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void async_stop(ErlDrvData data) {
    (void)data;
    atomic_store(&stopped, 1);
}

#ifndef WITHOUT_READY
static void async_ready(ErlDrvData data, ErlDrvThreadData job) {
    ErlDrvTermData port = driver_mk_port((ErlDrvPort)data);
    int number = ((Job*)job)->number;
    ErlDrvTermData term[] = {ERL_DRV_ATOM, driver_mk_atom("ready"), ERL_DRV_INT, number, ERL_DRV_TUPLE, 2};
    add(&ready, number);
    driver_free(job); /* the driver's own again: free_job is not called */
    erl_drv_output_term(port, term, sizeof term / sizeof term[0]);
}
#endif

static int queue_job(ErlDrvPort port, unsigned int* key) {
    Job* job = driver_alloc(sizeof *job);
    job->number = ++queued;
    return driver_async(port, key, invoke, job, free_job) >= 0;
}

static ErlDrvSSizeT async_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    char text[256] = "";
    memcpy(text, buf, len < 15 ? len : 15);
    unsigned int key = (unsigned int)strtoul(text, NULL, 10);
    int used = 0;
    switch (command) {
    case 1:
        return queue_job(port, &key) ? reply(rbuf, rlen, "queued %u", key) : -1;
    case 2:
        return queue_job(port, NULL) ? reply(rbuf, rlen, "queued") : -1;
    case 3:
        used += print(text, sizeof text, "invoked", &invoked);
        used += print(text + used, sizeof text - used, " ready", &ready);
        print(text + used, sizeof text - used, " freed", &freed);
        return reply(rbuf, rlen, "%s", text);
    case 4:
        atomic_store(&waiting, 1);
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = async_start,
    .stop = async_stop,
    .driver_name = NAME,
    .control = async_control,
#ifndef WITHOUT_READY
    .ready_async = async_ready,
#endif
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(async) {
    return &entry;
}
