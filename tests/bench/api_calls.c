/* api_calls: spends its time inside the driver API. port_control(P, 1, []) asks for the size of the queue a thousand
 * times (a journaled call), port_control(P, 2, []) takes and gives back a thousand blocks of memory. */
#include <erl_driver.h>
#include <stddef.h>

enum { TIMES = 1000, QUEUE_SIZE = 1, MEMORY = 2 };

static ErlDrvData api_calls_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT api_calls_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    for (int i = 0; i < TIMES; i++) {
        if (command == QUEUE_SIZE)
            driver_sizeq((ErlDrvPort)data);
        else
            driver_free(driver_alloc(24));
    }
    return 0;
}

static ErlDrvEntry entry = {
    .start = api_calls_start,
    .driver_name = "api_calls",
    .control = api_calls_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(api_calls) {
    return &entry;
}
