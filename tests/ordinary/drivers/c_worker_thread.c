/* A worker of the driver API for each port: a list under a mutex, a condition variable, joined in stop. */
#include "ordinary.h"

typedef struct Item {
    struct Item* next;
    unsigned value;
} Item;

typedef struct {
    ErlDrvTermData port, owner;
    ErlDrvMutex* lock;
    ErlDrvCond* changed;
    ErlDrvTid thread;
    Item* first;
    int ending;
} Port;

static void* work(void* data) {
    Port* self = data;
    erl_drv_mutex_lock(self->lock);
    while (!self->ending) {
        Item* item = self->first;
        if (!item) {
            erl_drv_cond_wait(self->changed, self->lock);
            continue;
        }
        self->first = item->next;
        erl_drv_mutex_unlock(self->lock);
        {
            ErlDrvTermData term[] = {ERL_DRV_PORT, self->port, ERL_DRV_UINT, item->value, ERL_DRV_TUPLE, 2};
            erl_drv_send_term(self->port, self->owner, term, sizeof term / sizeof *term);
        }
        driver_free(item);
        erl_drv_mutex_lock(self->lock);
    }
    erl_drv_mutex_unlock(self->lock);
    return NULL;
}

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    ErlDrvThreadOpts* options = erl_drv_thread_opts_create((char*)"options");
    (void)arguments;
    memset(self, 0, sizeof *self);
    self->port = driver_mk_port(port);
    self->owner = driver_connected(port);
    self->lock = erl_drv_mutex_create((char*)"worker.lock");
    self->changed = erl_drv_cond_create((char*)"worker.changed");
    options->suggested_stack_size = 64;
    erl_drv_thread_create((char*)"worker", &self->thread, work, self, options);
    erl_drv_thread_opts_destroy(options);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    erl_drv_mutex_lock(self->lock);
    self->ending = 1;
    erl_drv_cond_signal(self->changed);
    erl_drv_mutex_unlock(self->lock);
    erl_drv_thread_join(self->thread, NULL);
    while (self->first) {
        Item* item = self->first;
        self->first = item->next;
        driver_free(item);
    }
    erl_drv_cond_destroy(self->changed);
    erl_drv_mutex_destroy(self->lock);
    driver_free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    Item* item = driver_alloc(sizeof *item);
    (void)buf, (void)len;
    erl_drv_mutex_lock(self->lock);
    item->value = command;
    item->next = self->first;
    self->first = item;
    erl_drv_cond_signal(self->changed);
    erl_drv_mutex_unlock(self->lock);
    return say(rbuf, rlen, "queued");
}

DRIVER(.start = start, .stop = stop, .control = control)
