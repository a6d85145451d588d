/* port_leak: each port takes 64 bytes from malloc and never gives them back: too little to be seen of one port. */
#include "erl_driver.h"
#include <stdlib.h>

static ErlDrvData port_leak_start(ErlDrvPort port, char* command) {
    (void)command;
    ErlDrvPort* state = malloc(64);
    if (!state) return ERL_DRV_ERROR_GENERAL;
    *state = port;
    return (ErlDrvData)state;
}

static ErlDrvEntry entry = {
    .start = port_leak_start,
    .driver_name = "port_leak",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(port_leak) {
    return &entry;
}
