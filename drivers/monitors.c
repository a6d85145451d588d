/* monitors: watches processes, several times if it is asked to. Each end of one sends {gone, P, Index, Pid} to the
 * owner, with the index that commands 1 and 2 gave and the pid as driver_get_monitored_process knows it in
 * process_exit.
 *
 *   1       monitor the caller -> "result index"          2       monitor the process that command 3 remembered
 *   3       remember the caller                           4 Index driver_demonitor_process -> its result
 *   5 Index whom it watches -> caller, other or none      6       driver_monitor_process of an atom -> its result
 *   7       driver_compare_monitors: 0 and 1 differ, 0 and 0 do not, and 1 and 0 the other way round; 1 for each that
 * holds 8       from now on: in process_exit monitor the same process again -> {again, Result} to the owner 9 from now
 * on: fail with `lost` in process_exit
 *
 * An index is one digit. Built a second time as monitors_without_callback: the same without process_exit. */
#include "reply.h"

#ifdef WITHOUT_CALLBACK
#define NAME "monitors_without_callback"
#else
#define NAME "monitors"
#endif

enum { MOST = 8 };

typedef struct {
    ErlDrvPort port;
    ErlDrvMonitor monitors[MOST];
    int count;
    ErlDrvTermData remembered;
    int again, fail;
} Watch;

static ErlDrvData watch_start(ErlDrvPort port, char* command) {
    (void)command;
    Watch* watch = driver_alloc(sizeof *watch);
    *watch = (Watch){.port = port, .remembered = driver_term_nil};
    return (ErlDrvData)watch;
}

static void watch_stop(ErlDrvData data) {
    driver_free(data);
}

#ifndef WITHOUT_CALLBACK
static void watch_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Watch* watch = (Watch*)data;
    int index = 0;
    while (index < watch->count && driver_compare_monitors(monitor, &watch->monitors[index]) != 0) index++;
    ErlDrvTermData pid = driver_get_monitored_process(watch->port, monitor);
    ErlDrvTermData gone[] = {
        ERL_DRV_ATOM,  driver_mk_atom("gone"),
        ERL_DRV_PORT,  driver_mk_port(watch->port),
        ERL_DRV_INT,   (ErlDrvTermData)index,
        ERL_DRV_PID,   pid,
        ERL_DRV_TUPLE, 4,
    };
    erl_drv_output_term(driver_mk_port(watch->port), gone, sizeof gone / sizeof gone[0]);
    if (watch->again) {
        ErlDrvMonitor another;
        ErlDrvTermData again[] = {
            ERL_DRV_ATOM,  driver_mk_atom("again"),
            ERL_DRV_INT,   (ErlDrvTermData)driver_monitor_process(watch->port, pid, &another),
            ERL_DRV_TUPLE, 2,
        };
        erl_drv_output_term(driver_mk_port(watch->port), again, sizeof again / sizeof again[0]);
    }
    if (watch->fail) driver_failure_atom(watch->port, "lost");
}
#endif

static int monitor(Watch* watch, ErlDrvTermData process, char** rbuf, ErlDrvSizeT rlen) {
    if (watch->count == MOST) return -1;
    int result = driver_monitor_process(watch->port, process, &watch->monitors[watch->count]);
    if (result != 0) return (int)reply(rbuf, rlen, "%d", result);
    return (int)reply(rbuf, rlen, "%d %d", result, watch->count++);
}

static int sign(int n) {
    return (n > 0) - (n < 0);
}

static ErlDrvSSizeT watch_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    Watch* watch = (Watch*)data;
    int index = len == 1 ? (buf[0] - '0') % MOST : 0;
    ErlDrvMonitor unused;
    switch (command) {
    case 1:
        return monitor(watch, driver_caller(watch->port), rbuf, rlen);
    case 2:
        return monitor(watch, watch->remembered, rbuf, rlen);
    case 3:
        watch->remembered = driver_caller(watch->port);
        return 0;
    case 4:
        return reply(rbuf, rlen, "%d", driver_demonitor_process(watch->port, &watch->monitors[index]));
    case 5: {
        ErlDrvTermData process = driver_get_monitored_process(watch->port, &watch->monitors[index]);
        return reply(rbuf, rlen, "%s",
                     process == driver_term_nil              ? "none"
                     : process == driver_caller(watch->port) ? "caller"
                                                             : "other");
    }
    case 6:
        return reply(rbuf, rlen, "%d", driver_monitor_process(watch->port, driver_mk_atom("alice"), &unused));
    case 7:
        return reply(rbuf, rlen, "%d %d %d", driver_compare_monitors(&watch->monitors[0], &watch->monitors[1]) != 0,
                     driver_compare_monitors(&watch->monitors[0], &watch->monitors[0]) == 0,
                     sign(driver_compare_monitors(&watch->monitors[1], &watch->monitors[0])) ==
                         -sign(driver_compare_monitors(&watch->monitors[0], &watch->monitors[1])));
    case 8:
        watch->again = 1;
        return 0;
    case 9:
        watch->fail = 1;
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = watch_start,
    .stop = watch_stop,
    .driver_name = NAME,
    .control = watch_control,
#ifndef WITHOUT_CALLBACK
    .process_exit = watch_process_exit,
#endif
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(monitors) {
    return &entry;
}
