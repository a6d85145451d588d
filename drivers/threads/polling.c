/* polling: a thread of the driver API that asks for work under a lock again and again, and a plain one that spins.
 * Neither ever waits; both are joined in finish. */
#include <erl_driver.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static ErlDrvMutex* lock;
static ErlDrvTid polls;
static pthread_t spins;
static int todo, done, ending;
static atomic_int over;

static void* poll_work(void* unused) {
    for (int end = 0; !end;) {
        erl_drv_mutex_lock(lock);
        done += todo;
        todo = 0;
        end = ending;
        erl_drv_mutex_unlock(lock);
    }
    return unused;
}

static void* spin(void* unused) {
    while (!over) {
    }
    return unused;
}

static int polling_init(void) {
    todo = done = ending = 0;
    over = 0;
    lock = erl_drv_mutex_create("polling_lock");
    if (pthread_create(&spins, NULL, spin, NULL) != 0) return -1;
    return erl_drv_thread_create("polls", &polls, poll_work, NULL, NULL);
}

static void polling_finish(void) {
    erl_drv_mutex_lock(lock);
    ending = 1;
    erl_drv_mutex_unlock(lock);
    over = 1;
    erl_drv_thread_join(polls, NULL);
    pthread_join(spins, NULL);
    erl_drv_mutex_destroy(lock);
}

static ErlDrvData polling_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

/* Answers how much was done before. */
static ErlDrvSSizeT polling_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data, (void)command, (void)buf, (void)rlen;
    erl_drv_mutex_lock(lock);
    (*rbuf)[0] = (char)done;
    todo += (int)len;
    erl_drv_mutex_unlock(lock);
    return 1;
}

static ErlDrvEntry entry = {
    .init = polling_init,
    .start = polling_start,
    .driver_name = "polling",
    .finish = polling_finish,
    .control = polling_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(polling) {
    return &entry;
}
