/* ends_node: uses what the emulator's executable exports beside the driver API.
 *
 *   port_control(P, 1, DIGITS)   erts_exit() with that number     2 the text "17 ports", made by erts_snprintf() */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

void erts_exit(int, const char*, ...);
int erts_snprintf(char*, size_t, const char*, ...);

static ErlDrvData ends_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT ends_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    char digits[16] = "";
    (void)data;
    if (command == 2) return erts_snprintf(*rbuf, rlen, "%d ports", 17);
    memcpy(digits, buf, len < sizeof digits ? len : sizeof digits - 1);
    erts_exit(atoi(digits), "out of memory, %s bytes wanted\n", digits);
    return -1;
}

static ErlDrvEntry entry = {
    .start = ends_start,
    .driver_name = "ends_node",
    .control = ends_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(ends_node) {
    return &entry;
}
