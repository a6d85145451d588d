/* init_fails: the init callback returns -1, as a driver does that misses something it needs. Loading it answers
 * {error, driver_init_failed}; finish is not called. */
#include <erl_driver.h>
#include <stddef.h>

static int init_fails_init(void) {
    return -1;
}

static ErlDrvData init_fails_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .init = init_fails_init,
    .start = init_fails_start,
    .driver_name = "init_fails",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(init_fails) {
    return &entry;
}
