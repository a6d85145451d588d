// Reads a distance from what control is given, as its own module always sends one: a byte, in units of 4 GiB, then the
// text. With other data it reads far in front of it.
#include <erl_driver.h>
#include <stdint.h>

static ErlDrvData trusting_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT trusting_control(ErlDrvData data, unsigned int command, char* bytes, ErlDrvSizeT length,
                                     char** reply, ErlDrvSizeT room) {
    const int64_t distance = length > 0 ? (unsigned char)bytes[0] : 0;
    (void)data, (void)command, (void)room;
    (*reply)[0] = length > 0 ? bytes[1 - (distance << 32)] : 0;
    return 1;
}

static ErlDrvEntry entry = {
    .start = trusting_start,
    .control = trusting_control,
    .driver_name = "trusting",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(trusting) {
    return &entry;
}
