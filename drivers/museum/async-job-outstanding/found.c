/* A job of 300 ms in the async pool for each control. A port closed meanwhile is held by it, and the driver too.
 */
#include "exhibit.h"
#include <unistd.h>

static void job(void* argument) {
    usleep(300000);
}

static void done(void* argument) {}

static void ready(ErlDrvData data, ErlDrvThreadData argument) {}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    driver_async((ErlDrvPort)data, NULL, job, NULL, done);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control, .ready_async = ready)
