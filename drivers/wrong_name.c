/* wrong_name: the file is wrong_name.so, the entry says right_name. Loading it answers {error, bad_driver_name}: the
 * name given to erl_ddll must be the file's and the entry's. */
#include <erl_driver.h>
#include <stddef.h>

static ErlDrvData wrong_name_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = wrong_name_start,
    .driver_name = "right_name",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(wrong_name) {
    return &entry;
}
