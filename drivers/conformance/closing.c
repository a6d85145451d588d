/* closing: a port with a queue, and what happens to it when the port is closed.
 *
 *   port_control(P, 1, [])         which callbacks ran, and what the functions returned that timeout called
 *   port_control(P, 2, Bytes)      put bytes into the queue -> []
 *   port_control(P, 3, "now")      flush empties the queue at once (so it begins)
 *   port_control(P, 3, "later")    flush sets a timer of two seconds, whose timeout sends data and a term, then empties
 * it port_control(P, 3, "fail")     flush sets that timer, whose timeout calls driver_failure_atom port_control(P, 4,
 * [])         call driver_failure_atom now -> "0" port_control(P, 5, [])         from now on stop sends "from stop",
 * and notes the result */
#include "diary.h"

enum { DRAIN_TIME = 2000 };

typedef struct {
    ErlDrvPort port;
    char how; /* the first letter of now, later and fail */
    int talk_in_stop;
} Closing;

static ErlDrvData closing_start(ErlDrvPort port, char* command) {
    (void)command;
    Closing* closing = driver_alloc(sizeof *closing);
    *closing = (Closing){.port = port, .how = 'n'};
    return (ErlDrvData)closing;
}

static void drain(ErlDrvPort port) {
    driver_deq(port, driver_sizeq(port));
}

static void closing_flush(ErlDrvData data) {
    Closing* closing = (Closing*)data;
    note("flush");
    if (closing->how == 'n')
        drain(closing->port);
    else
        driver_set_timer(closing->port, DRAIN_TIME);
}

static void closing_timeout(ErlDrvData data) {
    Closing* closing = (Closing*)data;
    ErlDrvPort port = closing->port;
    note("timeout");
    if (closing->how == 'f') {
        /* stop runs inside of this call and frees what `closing` points to */
        int result = driver_failure_atom(port, "impatient");
        note("failure:%d", result);
        return;
    }
    ErlDrvTermData term[] = {ERL_DRV_ATOM, driver_mk_atom("late")};
    note("output:%d", driver_output(port, "late", 4));
    note("term:%d", erl_drv_output_term(driver_mk_port(port), term, 2));
    drain(port);
    note("drained");
}

static void closing_stop(ErlDrvData data) {
    Closing* closing = (Closing*)data;
    note("stop");
    if (closing->talk_in_stop) note("output:%d", driver_output(closing->port, "from stop", 9));
    driver_free(closing);
}

static ErlDrvSSizeT closing_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Closing* closing = (Closing*)data;
    switch (command) {
    case 1:
        return tell_diary(rbuf, rlen);
    case 2:
        driver_enq(closing->port, buf, len);
        return 0;
    case 3:
        closing->how = len > 0 ? buf[0] : 'n';
        return 0;
    case 4:
        return reply(rbuf, rlen, "%d", driver_failure_atom(closing->port, "on_demand"));
    case 5:
        closing->talk_in_stop = 1;
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = closing_start,
    .stop = closing_stop,
    .driver_name = "closing",
    .control = closing_control,
    .timeout = closing_timeout,
    .flush = closing_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(closing) {
    return &entry;
}
