/* echo: sends back what it is sent, and does on demand what the rules of loading and unloading care about.
 *
 *   start text   "echo lock" makes the driver permanent; "echo errgen", "echo errno", "echo badarg" fail to open
 *   command      "C" opens one more port (driver_create_port); anything else comes back as {P, {data, ...}}
 *   port_control 1 lock the driver -> "0"     2 version -> "v1"        3 queue an async job (sleeps ASYNC_MS, if set)
 *                4 put a byte in the queue    5 fail with driver_boom  9 add the driver "added_by_echo"
 *
 * The defines ECHO_... make the variations listed in lifecycle/fixtures.cmake, one deviation each. */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef ECHO_NAME
#define ECHO_NAME "echo"
#endif
#ifndef ECHO_INIT_RESULT
#define ECHO_INIT_RESULT 0
#endif
#ifndef ECHO_FLAGS
#define ECHO_FLAGS 0
#endif
#ifndef ECHO_MARKER
#define ECHO_MARKER ERL_DRV_EXTENDED_MARKER
#endif
#ifndef ECHO_MAJOR
#define ECHO_MAJOR ERL_DRV_EXTENDED_MAJOR_VERSION
#endif
#ifndef ECHO_MINOR
#define ECHO_MINOR ERL_DRV_EXTENDED_MINOR_VERSION
#endif
#ifndef ECHO_RETURN_NULL
#define ECHO_RETURN_NULL 0
#endif
#ifndef ECHO_ENTRY_POINT
#define ECHO_ENTRY_POINT driver_init
#endif

enum { LOCK = 1, VERSION_OF = 2, ASYNC = 3, QUEUE = 4, FAIL = 5, ADD_ENTRY = 9 };

typedef struct {
    ErlDrvPort port;
} Echo;

typedef struct {
    long milliseconds;
} Job;

static Echo* echo_new(void) {
    return driver_alloc(sizeof(Echo));
}

static ErlDrvData echo_start(ErlDrvPort port, char* command) {
    const char* argument = strchr(command, ' ');
    argument = argument ? argument + 1 : "";
    if (strcmp(argument, "errgen") == 0) return ERL_DRV_ERROR_GENERAL;
    if (strcmp(argument, "errno") == 0) {
        errno = EACCES;
        return ERL_DRV_ERROR_ERRNO;
    }
    if (strcmp(argument, "badarg") == 0) return ERL_DRV_ERROR_BADARG;
    Echo* echo = echo_new();
    if (!echo) {
        errno = ENOMEM;
        return ERL_DRV_ERROR_ERRNO;
    }
    echo->port = port;
    if (strcmp(argument, "lock") == 0) driver_lock_driver(port);
    return (ErlDrvData)echo;
}

static void echo_stop(ErlDrvData data) {
    driver_free(data);
}

static void echo_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Echo* echo = (Echo*)data;
    if (len != 1 || buf[0] != 'C') {
        driver_output(echo->port, buf, len);
        return;
    }
    Echo* another = echo_new();
    if (!another) return;
    another->port =
        driver_create_port(echo->port, driver_connected(echo->port), ECHO_NAME " created", (ErlDrvData)another);
    if (another->port == (ErlDrvPort)-1) driver_free(another);
}

static void job_run(void* data) {
    Job* job = data;
    struct timespec pause = {job->milliseconds / 1000, job->milliseconds % 1000 * 1000000};
    if (job->milliseconds > 0) nanosleep(&pause, NULL);
}

static void job_free(void* data) {
    driver_free(data);
}

static void echo_ready_async(ErlDrvData data, ErlDrvThreadData job) {
    (void)data;
    driver_free(job);
}

static void queue_job(ErlDrvPort port) {
    char text[16];
    size_t size = sizeof text;
    Job* job = driver_alloc(sizeof *job);
    if (!job) return;
    job->milliseconds = erl_drv_getenv("ASYNC_MS", text, &size) == 0 ? strtol(text, NULL, 10) : 0;
    driver_async(port, NULL, job_run, job, job_free);
}

static ErlDrvEntry added = {
    .driver_name = "added_by_echo",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvSSizeT echo_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    Echo* echo = (Echo*)data;
    (void)buf;
    (void)len;
    switch (command) {
    case LOCK:
        return reply(rbuf, rlen, "%d", driver_lock_driver(echo->port));
    case VERSION_OF:
        return reply(rbuf, rlen, "v%d", VERSION);
    case ASYNC:
        queue_job(echo->port);
        return 0;
    case QUEUE:
        driver_enq(echo->port, "q", 1);
        return 0;
    case FAIL:
        driver_failure_atom(echo->port, "driver_boom");
        return 0;
    case ADD_ENTRY:
        add_driver_entry(&added);
        return 0;
    default:
        return -1;
    }
}

#ifdef ECHO_FLUSH
static void echo_flush(ErlDrvData data) {
    (void)data;
}
#endif

#ifndef ECHO_NO_INIT_CALLBACK
static int echo_init(void) {
    return ECHO_INIT_RESULT;
}
#endif

static void echo_finish(void) {}

static ErlDrvEntry entry = {
#ifndef ECHO_NO_INIT_CALLBACK
    .init = echo_init,
#endif
    .start = echo_start,
    .stop = echo_stop,
    .output = echo_output,
    .driver_name = ECHO_NAME,
    .finish = echo_finish,
    .control = echo_control,
    .ready_async = echo_ready_async,
#ifdef ECHO_FLUSH
    .flush = echo_flush,
#endif
    .extended_marker = (int)ECHO_MARKER,
    .major_version = ECHO_MAJOR,
    .minor_version = ECHO_MINOR,
    .driver_flags = ECHO_FLAGS,
};

#ifdef ECHO_UNDEFINED
extern int no_such_symbol_xyz(void);
int (*echo_unresolved)(void) = no_such_symbol_xyz;
#endif

ErlDrvEntry* ECHO_ENTRY_POINT(void);
ErlDrvEntry* ECHO_ENTRY_POINT(void) {
    return ECHO_RETURN_NULL ? NULL : &entry;
}
