/* A value per thread, with a destructor for it, set in the async pool. finish deletes the key. */
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

static void finish(void) {
    pthread_key_delete(key);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish, .control = control, .ready_async = ready)
