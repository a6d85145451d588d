/* Says that it will acknowledge its ports later, and does so in its first timeout. */
#include "exhibit.h"

static ErlDrvData start(ErlDrvPort port, char* command) {
    driver_set_timer(port, 0);
    return (ErlDrvData)port;
}

static void timeout(ErlDrvData data) {
    erl_drv_init_ack((ErlDrvPort)data, data);
}

EXHIBIT(.start = start, .timeout = timeout, .driver_flags = ERL_DRV_FLAG_USE_INIT_ACK)
