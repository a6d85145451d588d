/* clock: times and time slices.
 *
 *   port_control(P, 1, [])     driver_get_now without a place for the answer, then twice with one -> "-1 0 0 later"
 *   port_control(P, 2, [])     erl_drv_monotonic_time in four units, each compared with the nanoseconds -> "agree"
 *   port_control(P, 3, "N")    erl_drv_consume_timeslice of N percent -> its result
 *   port_control(P, 4, "A B")  the two in one callback -> both results
 *   port_control(P, 5, [])     null_func -> its result */
#include "reply.h"
#include <string.h>

static ErlDrvData clock_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static double microseconds(const ErlDrvNowData* now) {
    return ((double)now->megasecs * 1e6 + (double)now->secs) * 1e6 + (double)now->microsecs;
}

static ErlDrvSSizeT get_now(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvNowData first, second;
    int nowhere = driver_get_now(NULL);
    int one = driver_get_now(&first);
    int two = driver_get_now(&second);
    return reply(rbuf, rlen, "%d %d %d %s", nowhere, one, two,
                 microseconds(&second) > microseconds(&first) ? "later" : "not later");
}

static ErlDrvSSizeT compare_units(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTime before = erl_drv_monotonic_time(ERL_DRV_NSEC);
    ErlDrvTime usec = erl_drv_monotonic_time(ERL_DRV_USEC);
    ErlDrvTime msec = erl_drv_monotonic_time(ERL_DRV_MSEC);
    ErlDrvTime sec = erl_drv_monotonic_time(ERL_DRV_SEC);
    ErlDrvTime after = erl_drv_monotonic_time(ERL_DRV_NSEC);
    int agree = before <= after && usec >= erl_drv_convert_time_unit(before, ERL_DRV_NSEC, ERL_DRV_USEC) &&
                msec >= erl_drv_convert_time_unit(before, ERL_DRV_NSEC, ERL_DRV_MSEC) &&
                sec >= erl_drv_convert_time_unit(before, ERL_DRV_NSEC, ERL_DRV_SEC) &&
                sec <= erl_drv_convert_time_unit(after, ERL_DRV_NSEC, ERL_DRV_SEC);
    return reply(rbuf, rlen, "%s", agree ? "agree" : "differ");
}

static ErlDrvSSizeT clock_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    char text[32] = "";
    int first = 0, second = 0;
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    sscanf(text, "%d %d", &first, &second);
    switch (command) {
    case 1:
        return get_now(rbuf, rlen);
    case 2:
        return compare_units(rbuf, rlen);
    case 3:
        return reply(rbuf, rlen, "%d", erl_drv_consume_timeslice(port, first));
    case 4:
        first = erl_drv_consume_timeslice(port, first);
        return reply(rbuf, rlen, "%d %d", first, erl_drv_consume_timeslice(port, second));
    case 5:
        return reply(rbuf, rlen, "%d", null_func());
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = clock_start,
    .driver_name = "clock",
    .control = clock_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(clock) {
    return &entry;
}
