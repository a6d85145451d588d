/* hang: port_control(P, 1, []) never comes back, and burns its thread meanwhile; 2 sleeps for ever instead;
 * 3 waits for a mutex that it holds itself. Any other number answers "ok". */
#include "reply.h"
#include <unistd.h>

static ErlDrvData hang_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT hang_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    if (command == 1) {
        for (volatile unsigned turns = 0;; turns = turns + 1) {
        }
    }
    if (command == 2) {
        for (;;) pause();
    }
    if (command == 3) {
        ErlDrvMutex* mutex = erl_drv_mutex_create("hang_mutex");
        erl_drv_mutex_lock(mutex);
        erl_drv_mutex_lock(mutex);
    }
    return reply(rbuf, rlen, "ok");
}

static ErlDrvEntry entry = {
    .start = hang_start,
    .driver_name = "hang",
    .control = hang_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(hang) {
    return &entry;
}
