/* opening: what start may answer, told by what follows the driver's name.
 *
 *   "opening general", "opening badarg"   the error of that name
 *   "opening errno N"                     the error that errno tells, which is set to N
 *   "opening value N"                     the number N as the data of the port
 *   anything else                         the port, as a driver does usually
 *
 *   port_control(P, 1, [])                which callbacks ran, and what stop was given */
#include "diary.h"
#include <errno.h>
#include <stdlib.h>

static int opening_init(void) {
    note("init");
    return 0;
}

static ErlDrvData opening_start(ErlDrvPort port, char* command) {
    const char* number = strrchr(command, ' ');
    note(driver_caller(port) == driver_connected(port) ? "start_by_owner" : "start_by_stranger");
    if (strstr(command, " general")) return ERL_DRV_ERROR_GENERAL;
    if (strstr(command, " badarg")) return ERL_DRV_ERROR_BADARG;
    if (strstr(command, " errno ")) {
        errno = atoi(number);
        return ERL_DRV_ERROR_ERRNO;
    }
    if (strstr(command, " value ")) return (ErlDrvData)strtol(number, NULL, 10);
    return (ErlDrvData)port;
}

static void opening_stop(ErlDrvData data) {
    long number = (long)data;
    if (number >= -4 && number <= 0)
        note("stop(%ld)", number);
    else
        note("stop");
}

static ErlDrvSSizeT opening_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    return command == 1 ? tell_diary(rbuf, rlen) : -1;
}

static ErlDrvEntry entry = {
    .init = opening_init,
    .start = opening_start,
    .stop = opening_stop,
    .driver_name = "opening",
    .control = opening_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(opening) {
    note("driver_init");
    return &entry;
}
