/* worker: a thread of the driver's own that does the work, and a queue between the two.
 *
 * port_command hands a text to the thread; the thread sends {Port, {worker, Text}} to the owner. stop tells the thread
 * to end and waits for it, so that nothing of the driver runs when its code leaves memory. */
#include <erl_driver.h>
#include <string.h>

typedef struct job {
    struct job* next;
    size_t length;
    char text[];
} job;

typedef struct {
    ErlDrvTermData port;
    ErlDrvTermData worker; /* the atom */
    ErlDrvMutex* lock;
    ErlDrvCond* not_empty;
    job* first;
    job** last;
    int end;
    ErlDrvTid thread;
} worker;

static void send_to_owner(worker* w, job* j) {
    ErlDrvTermData message[] = {
        ERL_DRV_PORT,  w->port, ERL_DRV_ATOM,  w->worker, ERL_DRV_STRING, (ErlDrvTermData)j->text, j->length,
        ERL_DRV_TUPLE, 2,       ERL_DRV_TUPLE, 2};
    erl_drv_output_term(w->port, message, sizeof message / sizeof message[0]);
}

static void* work(void* argument) {
    worker* w = argument;
    erl_drv_mutex_lock(w->lock);
    for (;;) {
        while (!w->first && !w->end) erl_drv_cond_wait(w->not_empty, w->lock);
        job* j = w->first;
        if (!j) break;
        w->first = j->next;
        if (!w->first) w->last = &w->first;
        erl_drv_mutex_unlock(w->lock);
        send_to_owner(w, j);
        driver_free(j);
        erl_drv_mutex_lock(w->lock);
    }
    erl_drv_mutex_unlock(w->lock);
    return NULL;
}

static ErlDrvData worker_start(ErlDrvPort port, char* command) {
    (void)command;
    worker* w = driver_alloc(sizeof *w);
    memset(w, 0, sizeof *w);
    w->port = driver_mk_port(port);
    w->worker = driver_mk_atom("worker");
    w->lock = erl_drv_mutex_create("worker_lock");
    w->not_empty = erl_drv_cond_create("worker_not_empty");
    w->last = &w->first;
    if (erl_drv_thread_create("worker", &w->thread, work, w, NULL) != 0) return ERL_DRV_ERROR_GENERAL;
    return (ErlDrvData)w;
}

static void worker_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    worker* w = (worker*)data;
    job* j = driver_alloc(sizeof *j + len);
    j->next = NULL;
    j->length = len;
    memcpy(j->text, buf, len);
    erl_drv_mutex_lock(w->lock);
    *w->last = j;
    w->last = &j->next;
    erl_drv_cond_signal(w->not_empty);
    erl_drv_mutex_unlock(w->lock);
}

static void worker_stop(ErlDrvData data) {
    worker* w = (worker*)data;
    erl_drv_mutex_lock(w->lock);
    w->end = 1;
    erl_drv_cond_signal(w->not_empty);
    erl_drv_mutex_unlock(w->lock);
    erl_drv_thread_join(w->thread, NULL);
    erl_drv_cond_destroy(w->not_empty);
    erl_drv_mutex_destroy(w->lock);
    driver_free(w);
}

static ErlDrvEntry entry = {
    .start = worker_start,
    .stop = worker_stop,
    .output = worker_output,
    .driver_name = "worker",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(worker) {
    return &entry;
}
