/* timer: one timer per port. Each firing sends {timeout, P, N} to the owner, N counting from 1.
 *
 *   open text "timer MS"       sets the timer in start already
 *   port_control(P, 1, "MS")   set the timer -> result of driver_set_timer
 *   port_control(P, 2, [])     cancel it -> result of driver_cancel_timer
 *   port_control(P, 3, [])     how long until it fires -> milliseconds
 *   port_control(P, 4, "MS")   from now on every MS (0: no more)
 *
 * Built a second time as timer_without_callback: the same without a timeout callback. */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

#ifdef WITHOUT_CALLBACK
#define NAME "timer_without_callback"
#else
#define NAME "timer"
#endif

typedef struct {
    ErlDrvPort port;
    unsigned long every;
    long fired;
} Timer;

static unsigned long number(const char* buf, ErlDrvSizeT len) {
    char text[16] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    return strtoul(text, NULL, 10);
}

static ErlDrvData timer_start(ErlDrvPort port, char* command) {
    const char* space = strchr(command, ' ');
    Timer* timer = driver_alloc(sizeof *timer);
    timer->port = port;
    timer->every = 0;
    timer->fired = 0;
    if (space) driver_set_timer(port, strtoul(space + 1, NULL, 10));
    return (ErlDrvData)timer;
}

static void timer_stop(ErlDrvData data) {
    driver_free(data);
}

#ifndef WITHOUT_CALLBACK
static void timer_timeout(ErlDrvData data) {
    Timer* timer = (Timer*)data;
    timer->fired++;
    ErlDrvTermData spec[] = {
        ERL_DRV_ATOM, driver_mk_atom("timeout"),    ERL_DRV_PORT,  driver_mk_port(timer->port),
        ERL_DRV_INT,  (ErlDrvTermData)timer->fired, ERL_DRV_TUPLE, 3,
    };
    erl_drv_output_term(driver_mk_port(timer->port), spec, sizeof spec / sizeof spec[0]);
    if (timer->every) driver_set_timer(timer->port, timer->every);
}
#endif

static ErlDrvSSizeT timer_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    Timer* timer = (Timer*)data;
    unsigned long left = 0;
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%d", driver_set_timer(timer->port, number(buf, len)));
    case 2:
        return reply(rbuf, rlen, "%d", driver_cancel_timer(timer->port));
    case 3:
        if (driver_read_timer(timer->port, &left) != 0) return -1;
        return reply(rbuf, rlen, "%lu", left);
    case 4:
        timer->every = number(buf, len);
        if (timer->every)
            driver_set_timer(timer->port, timer->every);
        else
            driver_cancel_timer(timer->port);
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = timer_start,
    .stop = timer_stop,
    .driver_name = NAME,
    .control = timer_control,
#ifndef WITHOUT_CALLBACK
    .timeout = timer_timeout,
#endif
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(timer) {
    return &entry;
}
