/* locking: locks and threads. */
#include "frame.h"

static ErlDrvMutex* mutex;

static int locking_init(void) {
    mutex = erl_drv_mutex_create("locking");
    return 0;
}

static void locking_finish(void) {
    erl_drv_mutex_destroy(mutex);
}

static void* output_from_thread(void* port) {
    driver_output((ErlDrvPort)port, "x", 1);
    return NULL;
}

static void* send_from_thread(void* word) {
    ErlDrvTermData message[] = {ERL_DRV_NIL};
    erl_drv_output_term((ErlDrvTermData)word, message, 1);
    return NULL;
}

static ErlDrvSSizeT locking_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvTid thread;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* unlocked without having been locked */
        erl_drv_mutex_unlock(mutex);
        return 0;
    case 2:
        erl_drv_mutex_lock(mutex);
        erl_drv_mutex_unlock(mutex);
        return 0;
    case 3: /* still locked when the callback returns */
        erl_drv_mutex_lock(mutex);
        return 0;
    case 4:
        if (erl_drv_mutex_trylock(mutex) == 0) erl_drv_mutex_unlock(mutex);
        return 0;
    case 5: /* a thread that uses the port as only callbacks may */
        erl_drv_thread_create("outputs", &thread, output_from_thread, data, NULL);
        erl_drv_thread_join(thread, NULL);
        return 0;
    case 6:
        erl_drv_thread_create("sends", &thread, send_from_thread, (void*)driver_mk_port((ErlDrvPort)data), NULL);
        erl_drv_thread_join(thread, NULL);
        return 0;
    case 7: { /* the port's reference to its data lock is given up by somebody else */
        ErlDrvPDL lock = driver_pdl_create((ErlDrvPort)data);
        driver_pdl_dec_refc(lock);
        driver_pdl_get_refc(lock);
        return 0;
    }
    case 8: {
        ErlDrvPDL lock = driver_pdl_create((ErlDrvPort)data);
        driver_pdl_inc_refc(lock);
        driver_pdl_dec_refc(lock);
        driver_pdl_get_refc(lock);
        return 0;
    }
    default:
        return -1;
    }
}

MISUSE_ENTRY("locking", locking_control, .init = locking_init, .start = keep_port, .finish = locking_finish)
