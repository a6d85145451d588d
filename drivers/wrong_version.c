/* wrong_version: compiled, so it says, against version 4.0 of the driver interface, which no emulator has yet. Loading
 * it answers {error, driver_incorrect_version}. */
#include <erl_driver.h>
#include <stddef.h>

static ErlDrvData wrong_version_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = wrong_version_start,
    .driver_name = "wrong_version",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = 4,
    .minor_version = 0,
};

DRIVER_INIT(wrong_version) {
    return &entry;
}
