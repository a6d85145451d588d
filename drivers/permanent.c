/* permanent: locks itself in start, as drivers do that hand out pointers into their code. From then on no unload and no
 * reload is possible; everybody who waits is told {'UP', Ref, driver, permanent, permanent}. */
#include <erl_driver.h>
#include <stddef.h>

static ErlDrvData permanent_start(ErlDrvPort port, char* command) {
    (void)command;
    if (driver_lock_driver(port) != 0) return ERL_DRV_ERROR_GENERAL;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = permanent_start,
    .driver_name = "permanent",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(permanent) {
    return &entry;
}
