/* monitors: watches processes. When one ends the owner gets {gone, Pid, Same}: the pid as it is known inside of
 * process_exit, and whether the monitor compares equal to the one that was made.
 *
 *   port_control(P, 1, [])     monitor the caller -> the result
 *   port_control(P, 2, [])     whether the newest monitor is one on the caller: "caller", "another" or "nobody"
 *   port_control(P, 3, [])     remove the newest monitor -> the result
 *   port_control(P, 4, [])     monitor the owner -> the result
 *   port_control(P, 5, [])     how often process_exit ran, over all ports
 *
 * Built a second time as monitors_without_exit: the same without a process_exit callback. */
#include "reply.h"

#ifdef WITHOUT_EXIT
#define NAME "monitors_without_exit"
#else
#define NAME "monitors"
#endif

typedef struct {
    ErlDrvPort port;
    ErlDrvMonitor newest;
} Monitors;

static int exits;

static ErlDrvData monitors_start(ErlDrvPort port, char* command) {
    (void)command;
    Monitors* monitors = driver_alloc(sizeof *monitors);
    *monitors = (Monitors){.port = port};
    return (ErlDrvData)monitors;
}

static void monitors_stop(ErlDrvData data) {
    driver_free(data);
}

#ifndef WITHOUT_EXIT
static void monitors_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Monitors* monitors = (Monitors*)data;
    ErlDrvTermData pid = driver_get_monitored_process(monitors->port, monitor);
    const char* same = driver_compare_monitors(monitor, &monitors->newest) == 0 ? "same" : "different";
    exits++;
    ErlDrvTermData term[] = {ERL_DRV_ATOM,
                             driver_mk_atom("gone"),
                             pid == driver_term_nil ? ERL_DRV_ATOM : ERL_DRV_PID,
                             pid == driver_term_nil ? driver_mk_atom("nobody") : pid,
                             ERL_DRV_ATOM,
                             driver_mk_atom((char*)same),
                             ERL_DRV_TUPLE,
                             3};
    erl_drv_output_term(driver_mk_port(monitors->port), term, sizeof term / sizeof term[0]);
}
#endif

static ErlDrvSSizeT monitors_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    Monitors* monitors = (Monitors*)data;
    ErlDrvPort port = monitors->port;
    ErlDrvTermData pid;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%d", driver_monitor_process(port, driver_caller(port), &monitors->newest));
    case 2:
        pid = driver_get_monitored_process(port, &monitors->newest);
        return reply(rbuf, rlen, "%s",
                     pid == driver_caller(port) ? "caller" : (pid == driver_term_nil ? "nobody" : "another"));
    case 3:
        return reply(rbuf, rlen, "%d", driver_demonitor_process(port, &monitors->newest));
    case 4:
        return reply(rbuf, rlen, "%d", driver_monitor_process(port, driver_connected(port), &monitors->newest));
    case 5:
        return reply(rbuf, rlen, "%d", exits);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = monitors_start,
    .stop = monitors_stop,
    .driver_name = NAME,
    .control = monitors_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
#ifndef WITHOUT_EXIT
    .process_exit = monitors_process_exit,
#endif
};

DRIVER_INIT(monitors) {
    return &entry;
}
