/* A job with 600 KiB of automatic memory: the threads of the async pool have 128 KiB of stack. */
#include "exhibit.h"
#include <string.h>

enum { SIZE = 600 * 1024 };

static void job(void* argument) {
    volatile char room[SIZE];
    for (int i = SIZE - 1; i >= 0; i -= 1024) room[i] = 1;
    (void)room[0];
}

static void done(void* argument) {}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    driver_async((ErlDrvPort)data, NULL, job, NULL, done);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control, .ready_async = ready)
