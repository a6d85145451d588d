/* emergency: has the callback that runs when a node writes a crash dump. */
#include <erl_driver.h>

static ErlDrvData emergency_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

/* No function of the driver API may be called here: the node is already beyond help. */
static void emergency_emergency_close(ErlDrvData data) {
    (void)data;
}

static ErlDrvEntry entry = {
    .start = emergency_start,
    .driver_name = "emergency",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .emergency_close = emergency_emergency_close,
};

DRIVER_INIT(emergency) {
    return &entry;
}
