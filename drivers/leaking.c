/* leaking: forgets what it allocates. Every port leaks its own 100 bytes of driver_alloc in stop; on demand more:
 *
 *   port_control(P, 1, [])  leak 1000 bytes of driver_alloc     port_control(P, 2, [])  leak a binary of 500 bytes
 *   port_control(P, 3, [])  allocate and free both, as it should be
 *
 * All answer []. */
#include <erl_driver.h>
#include <stddef.h>

static ErlDrvData leaking_start(ErlDrvPort port, char* command) {
    (void)port;
    (void)command;
    return (ErlDrvData)driver_alloc(100);
}

static void leaking_stop(ErlDrvData data) {
    (void)data;
}

static ErlDrvSSizeT leaking_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    void* block = command == 1 || command == 3 ? driver_alloc(1000) : NULL;
    ErlDrvBinary* binary = command == 2 || command == 3 ? driver_alloc_binary(500) : NULL;
    if (command == 3) {
        driver_free(block);
        driver_free_binary(binary);
    }
    return 0;
}

static ErlDrvEntry entry = {
    .start = leaking_start,
    .stop = leaking_stop,
    .driver_name = "leaking",
    .control = leaking_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(leaking) {
    return &entry;
}
