/* A job with 600 KiB of driver_alloc memory. */
#include "exhibit.h"
#include <string.h>

enum { SIZE = 600 * 1024 };

static void job(void* argument) {
    volatile char* room = driver_alloc(SIZE);
    for (int i = SIZE - 1; i >= 0; i -= 1024) room[i] = 1;
    driver_free((void*)room);
}

static void done(void* argument) {}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    driver_async((ErlDrvPort)data, NULL, job, NULL, done);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control, .ready_async = ready)
