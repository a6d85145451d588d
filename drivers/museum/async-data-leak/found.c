/* A job with a megabyte of its own, freed in ready_async. A port that is closed first gets no ready_async, and nobody
 * else frees it. */
#include "exhibit.h"
#include <string.h>
#include <unistd.h>

enum { MEGABYTE = 1024 * 1024 };

static void job(void* argument) {
    memset(argument, 1, MEGABYTE);
    usleep(20000);
}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {
    driver_free(argument);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char* memory = driver_alloc(MEGABYTE);
    if (!memory) return -1;
    driver_async((ErlDrvPort)data, NULL, job, memory, NULL);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control, .ready_async = ready)
