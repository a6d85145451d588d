/* watching: a monitor given back at the wrong time. */
#include "frame.h"

typedef struct {
    ErlDrvPort port;
    ErlDrvMonitor monitor;
    int remove;
} Watching;

static ErlDrvData watching_start(ErlDrvPort port, char* command) {
    (void)command;
    Watching* watching = driver_alloc(sizeof *watching);
    *watching = (Watching){.port = port};
    return (ErlDrvData)watching;
}

static void watching_stop(ErlDrvData data) {
    driver_free(data);
}

static void watching_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Watching* watching = (Watching*)data;
    if (watching->remove) driver_demonitor_process(watching->port, monitor);
}

static ErlDrvSSizeT watching_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    Watching* watching = (Watching*)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    if (command < 1 || command > 2) return -1;
    watching->remove = command == 1; /* 1: removes in process_exit the monitor that fires */
    if (driver_monitor_process(watching->port, driver_caller(watching->port), &watching->monitor) != 0) return -1;
    if (command == 1) return 0;
    driver_demonitor_process(watching->port, &watching->monitor); /* 2: removes one in time, and makes another */
    return driver_monitor_process(watching->port, driver_caller(watching->port), &watching->monitor);
}

MISUSE_ENTRY("watching", watching_control, .start = watching_start, .stop = watching_stop,
             .process_exit = watching_process_exit)
