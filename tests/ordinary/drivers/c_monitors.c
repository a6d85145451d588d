/* Watches every process that asks: the port tells its owner when one of them ends. */
#include "ordinary.h"

enum { most = 16 };
typedef struct {
    ErlDrvPort port;
    int used[most];
    ErlDrvMonitor monitors[most];
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    memset(self, 0, sizeof *self);
    self->port = port;
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    for (int i = 0; i < most; i++)
        if (self->used[i]) driver_demonitor_process(self->port, &self->monitors[i]);
    driver_free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    for (int i = 0; i < most; i++) {
        if (self->used[i]) continue;
        self->used[i] = driver_monitor_process(self->port, driver_caller(self->port), &self->monitors[i]) == 0;
        return say(rbuf, rlen, self->used[i] ? "watched" : "gone already");
    }
    return say(rbuf, rlen, "full");
}
static void process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Port* self = (Port*)data;
    ErlDrvTermData who = driver_get_monitored_process(self->port, monitor);
    for (int i = 0; i < most; i++)
        if (self->used[i] && driver_compare_monitors(monitor, &self->monitors[i]) == 0) self->used[i] = 0;
    (void)who;
    driver_output(self->port, (char*)"ended", 5);
}

DRIVER(.start = start, .stop = stop, .control = control, .process_exit = process_exit)
