/* A value per thread, with a destructor for it, set in the async pool. The key stays: when the pool's threads end with
 * the node, the destructor is gone. */
#include "exhibit.h"
#include <pthread.h>

static pthread_key_t key;
static int seen;

static void forget(void* value) {
    *(int*)value = 0;
}

static void job(void* argument) {
    pthread_setspecific(key, &seen);
}

static void done(void* argument) {}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    driver_async((ErlDrvPort)data, NULL, job, NULL, done);
    return 0;
}

static int init(void) {
    return pthread_key_create(&key, forget);
}

EXHIBIT(.init = init, .start = keep_port, .control = control, .ready_async = ready)
