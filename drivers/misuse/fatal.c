/* fatal: mistakes that end the node at once. The even commands do the same rightly. */
#include "frame.h"

static ErlDrvSSizeT fatal_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    ErlDrvTermData self = driver_mk_port((ErlDrvPort)data);
    ErlDrvMutex* mutex = NULL;
    ErlDrvTSDKey key = 0;
    ErlDrvSysInfo info;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* no lock */
        erl_drv_mutex_lock(mutex);
        return 0;
    case 2:
        mutex = erl_drv_mutex_create("fatal");
        erl_drv_mutex_lock(mutex);
        erl_drv_mutex_unlock(mutex);
        erl_drv_mutex_destroy(mutex);
        return 0;
    case 3: /* a key that was never made */
        erl_drv_tsd_set(4711, NULL);
        return 0;
    case 4:
        if (erl_drv_tsd_key_create("fatal", &key) != 0) return -1;
        erl_drv_tsd_set(key, NULL);
        erl_drv_tsd_key_destroy(key);
        return 0;
    case 5: /* the scheduler is no thread of the driver */
        erl_drv_thread_exit(NULL);
        return 0;
    case 7: /* nowhere to write to */
        driver_system_info(NULL, sizeof info);
        return 0;
    case 8:
        driver_system_info(&info, sizeof info);
        return 0;
    case 9: { /* bytes that are not there */
        ErlDrvTermData message[] = {ERL_DRV_BUF2BINARY, 1, 100};
        erl_drv_output_term(self, message, 3);
        return 0;
    }
    case 10: {
        ErlDrvTermData message[] = {ERL_DRV_BUF2BINARY, 0, 0}; /* NULL is allowed for no bytes */
        erl_drv_output_term(self, message, 3);
        return 0;
    }
    default:
        return -1;
    }
}

MISUSE_ENTRY("fatal", fatal_control, .start = keep_port)
