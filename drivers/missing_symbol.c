/* missing_symbol: calls a function that nobody provides, as after a forgotten library on the link line. Loading it
 * fails in dlopen, because everything is resolved at once: {error, {open_error, N}}. */
#include <erl_driver.h>
#include <stddef.h>

extern int nobody_has_this_function(int);

static ErlDrvData missing_symbol_start(ErlDrvPort port, char* command) {
    return nobody_has_this_function(command[0]) ? (ErlDrvData)port : ERL_DRV_ERROR_GENERAL;
}

static ErlDrvEntry entry = {
    .start = missing_symbol_start,
    .driver_name = "missing_symbol",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(missing_symbol) {
    return &entry;
}
