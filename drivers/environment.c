/* environment: what surrounds a driver.
 *
 *   port_control(P, 1, NAME)          getenv of the C library
 *   port_control(P, 2, NAME)          erl_drv_getenv, which looks into the emulator's own copy
 *   port_control(P, 3, "NAME=VALUE")  erl_drv_putenv
 *   port_control(P, 4, "FILE=TEXT")   writes TEXT into FILE, in the current folder
 *   port_control(P, 5, NAME)          erl_drv_putenv of any name, = included, with the value "set"
 *   port_control(P, 6, NAME)          erl_drv_getenv of any name */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

static ErlDrvData environment_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT environment_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                        ErlDrvSizeT rlen) {
    (void)data;
    char text[200] = "", value[200];
    size_t size = sizeof value;
    if (len >= sizeof text) return -1;
    memcpy(text, buf, len);
    if (command == 5) return reply(rbuf, rlen, "%d", erl_drv_putenv(text, "set"));
    if (command == 6) return reply(rbuf, rlen, "%s", erl_drv_getenv(text, value, &size) == 0 ? value : "(not set)");
    char* right = strchr(text, '=');
    if (right) *right++ = 0;
    switch (command) {
    case 1: {
        const char* found = getenv(text);
        return reply(rbuf, rlen, "%s", found ? found : "(not set)");
    }
    case 2:
        return reply(rbuf, rlen, "%s", erl_drv_getenv(text, value, &size) == 0 ? value : "(not set)");
    case 3:
        return right && erl_drv_putenv(text, right) == 0 ? 0 : -1;
    case 4: {
        FILE* file = right ? fopen(text, "w") : NULL;
        if (!file) return -1;
        int written = fputs(right, file);
        return fclose(file) == 0 && written >= 0 ? 0 : -1;
    }
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = environment_start,
    .driver_name = "environment",
    .control = environment_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(environment) {
    return &entry;
}
