/* A job that takes no time in the async pool for each control. */
#include "exhibit.h"

static void job(void* argument) {}

static void done(void* argument) {}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    driver_async((ErlDrvPort)data, NULL, job, NULL, done);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control, .ready_async = ready)
