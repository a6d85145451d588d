/* failing: closes its own port, in every way there is. What the function returned is the answer, where one can still be
 * given.
 *
 *   1 driver_failure(Number)     2 driver_failure_atom(Text)     3 driver_failure_posix(Number)   4 driver_exit(Number)
 *   5 driver_failure_atom(once) twice, then driver_output and driver_mk_port: "first second output nil"
 *   6 queue a byte, then driver_failure_atom(Text): no flush     7 from now on: fail with `output_failed` in output
 *   8 from now on: send "from stop" in stop */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
    ErlDrvPort port;
    int fail_in_output, talk_in_stop;
} Failing;

static ErlDrvData failing_start(ErlDrvPort port, char* command) {
    (void)command;
    Failing* failing = driver_alloc(sizeof *failing);
    failing->port = port;
    failing->fail_in_output = failing->talk_in_stop = 0;
    return (ErlDrvData)failing;
}

static void failing_stop(ErlDrvData data) {
    Failing* failing = (Failing*)data;
    if (failing->talk_in_stop) driver_output(failing->port, "from stop", 9);
    driver_free(failing);
}

static void failing_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Failing* failing = (Failing*)data;
    (void)buf;
    (void)len;
    if (failing->fail_in_output) driver_failure_atom(failing->port, "output_failed");
}

static void failing_flush(ErlDrvData data) {
    ErlDrvPort port = ((Failing*)data)->port;
    driver_deq(port, driver_sizeq(port));
}

static ErlDrvSSizeT failing_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Failing* failing = (Failing*)data;
    ErlDrvPort port = failing->port; /* the state is gone once stop has run */
    char text[32] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%d", driver_failure(port, atoi(text)));
    case 2:
        return reply(rbuf, rlen, "%d", driver_failure_atom(port, text));
    case 3:
        return reply(rbuf, rlen, "%d", driver_failure_posix(port, atoi(text)));
    case 4:
        return reply(rbuf, rlen, "%d", driver_exit(port, atoi(text)));
    case 5: {
        int first = driver_failure_atom(port, "once");
        int second = driver_failure_atom(port, "twice");
        int output = driver_output(port, "x", 1);
        return reply(rbuf, rlen, "%d %d %d %s", first, second, output,
                     driver_mk_port(port) == driver_term_nil ? "nil" : "port");
    }
    case 6:
        driver_enq(port, "q", 1);
        return reply(rbuf, rlen, "%d", driver_failure_atom(port, text));
    case 7:
        failing->fail_in_output = 1;
        return 0;
    case 8:
        failing->talk_in_stop = 1;
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = failing_start,
    .stop = failing_stop,
    .output = failing_output,
    .driver_name = "failing",
    .control = failing_control,
    .flush = failing_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(failing) {
    return &entry;
}
