/* Asks the emulator with the driver API. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ErlDrvSysInfo info;
    driver_system_info(&info, sizeof info);
    return say(rbuf, info.scheduler_threads ? "known" : "unknown");
}

EXHIBIT(.start = keep_port, .control = control)
