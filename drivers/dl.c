/* dl: opens another library at run time, as a driver that wraps one does, through the driver API. The library named in
 * port_control(P, 1, Path) must have a function `int answer(void)`.
 *
 *   1 Path  driver_dl_open  -> "opened" or "refused"     2       driver_dl_sym of answer, and call it -> "answer N"
 *   3       driver_dl_sym of something that is not there -> "found" or "missing"
 *   4       driver_dl_close -> its result                5       driver_dl_error -> its text */
#include "reply.h"
#include <string.h>

static void* library;

static ErlDrvData dl_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT dl_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                               ErlDrvSizeT rlen) {
    (void)data;
    switch (command) {
    case 1: {
        char path[256] = "";
        memcpy(path, buf, len < sizeof path ? len : sizeof path - 1);
        library = driver_dl_open(path);
        return reply(rbuf, rlen, "%s", library ? "opened" : "refused");
    }
    case 2: {
        int (*answer)(void) = (int (*)(void))driver_dl_sym(library, "answer");
        return answer ? reply(rbuf, rlen, "answer %d", answer()) : reply(rbuf, rlen, "missing");
    }
    case 3:
        return reply(rbuf, rlen, "%s", driver_dl_sym(library, "no_such_thing") ? "found" : "missing");
    case 4: {
        void* closing = library;
        library = NULL;
        return reply(rbuf, rlen, "%d", driver_dl_close(closing));
    }
    case 5: {
        const char* text = driver_dl_error();
        return reply(rbuf, rlen, "%s", text ? text : "(none)");
    }
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = dl_start,
    .driver_name = "dl",
    .control = dl_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(dl) {
    return &entry;
}
