/* counter: one number per port, in two versions that differ in nothing but the text they answer.
 * The driver to reload: open a port, count, put the other version in place, ask again.
 *
 *   port_control(P, 1, Text)  add the number in Text (1 if there is none) -> the new value
 *   port_control(P, 2, [])    get -> the value
 *   port_control(P, 3, [])    version -> <<"v1">> or <<"v2">>
 *
 * Answers are binaries. */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(x) #x
#define VERSION_TEXT(x) "v" TEXT_OF(x)

enum { ADD = 1, GET = 2, VERSION_OF = 3 };

typedef struct {
    long value;
} Counter;

static ErlDrvData counter_start(ErlDrvPort port, char* command) {
    (void)command;
    Counter* counter = driver_alloc(sizeof *counter);
    if (!counter) {
        errno = ENOMEM;
        return ERL_DRV_ERROR_ERRNO;
    }
    counter->value = 0;
    set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
    return (ErlDrvData)counter;
}

static void counter_stop(ErlDrvData data) {
    driver_free(data);
}

static long amount(const char* buf, ErlDrvSizeT len) {
    char text[24];
    char* end;
    if (len == 0 || len >= sizeof text) return 1;
    memcpy(text, buf, len);
    text[len] = 0;
    long value = strtol(text, &end, 10);
    return end == text ? 1 : value;
}

static ErlDrvSSizeT counter_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Counter* counter = (Counter*)data;
    switch (command) {
    case ADD:
        counter->value += amount(buf, len);
        return reply(rbuf, rlen, "%ld", counter->value);
    case GET:
        return reply(rbuf, rlen, "%ld", counter->value);
    case VERSION_OF:
        return reply(rbuf, rlen, "%s", VERSION_TEXT(VERSION));
    default:
        return -1;
    }
}

static int counter_init(void) {
    return 0;
}

static void counter_finish(void) {}

static ErlDrvEntry entry = {
    .init = counter_init,
    .start = counter_start,
    .stop = counter_stop,
    .driver_name = "counter",
    .finish = counter_finish,
    .control = counter_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(counter) {
    return &entry;
}
