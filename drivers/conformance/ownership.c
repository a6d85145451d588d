/* ownership: tells who asks. A command comes back to the owner with a word in front: "owner " if the caller owns the
 * port, "stranger " if not.
 *
 *   port_control(P, 1, [])     the same, as the answer: "owner" or "stranger"
 *   port_control(P, 2, Text)   send Text to the owner -> what driver_output returned */
#include "reply.h"

static ErlDrvData ownership_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static const char* who(ErlDrvPort port) {
    return driver_caller(port) == driver_connected(port) ? "owner" : "stranger";
}

static void ownership_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    char header[16];
    int length = snprintf(header, sizeof header, "%s ", who((ErlDrvPort)data));
    driver_output2((ErlDrvPort)data, header, length, buf, len);
}

static ErlDrvSSizeT ownership_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%s", who(port));
    case 2:
        return reply(rbuf, rlen, "%d", driver_output(port, buf, len));
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = ownership_start,
    .output = ownership_output,
    .driver_name = "ownership",
    .control = ownership_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(ownership) {
    return &entry;
}
