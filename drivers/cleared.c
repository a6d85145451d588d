/* cleared: leaves to the emulator what it made for a port. port_control(P, 1, []) makes one of each. */
#include "reply.h"

static void work(void* job) {
    (void)job;
}

static ErlDrvData cleared_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT cleared_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    ErlDrvTermData caller = driver_caller(port);
    ErlDrvMonitor monitor;
    (void)command, (void)buf, (void)len, (void)rbuf, (void)rlen;
    driver_set_timer(port, 50);
    driver_enq(port, "twelve bytes", 12);
    driver_monitor_process(port, caller, &monitor);
    driver_async(port, NULL, work, driver_alloc(8), driver_free);
    return 0;
}

static void cleared_timeout(ErlDrvData data) {
    (void)data;
}

static void cleared_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    (void)data, (void)monitor;
}

static ErlDrvEntry entry = {
    .driver_name = "cleared",
    .start = cleared_start,
    .control = cleared_control,
    .timeout = cleared_timeout,
    .process_exit = cleared_process_exit,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(cleared) {
    return &entry;
}
