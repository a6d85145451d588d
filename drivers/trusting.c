// Reads an offset from what control is given, as its own module always sends one: 64 bits, in MiB, then the text. With
// other data it reads far outside.
#include <erl_driver.h>
#include <stdint.h>
#include <string.h>

static ErlDrvData trusting_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT trusting_control(ErlDrvData data, unsigned int command, char* bytes, ErlDrvSizeT length, char** reply,
                                     ErlDrvSizeT room) {
    uint64_t offset;
    (void)data, (void)command, (void)length, (void)room;
    memcpy(&offset, bytes, sizeof offset);
    (*reply)[0] = bytes[sizeof offset + (offset << 20)];
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
