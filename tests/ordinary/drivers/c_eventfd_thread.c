/* A plain thread for each port does the work and wakes the port by an eventfd; stop joins it. */
#include "ordinary.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int fd, ending;
    unsigned todo, done;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
} Port;

static void* work(void* data) {
    Port* self = data;
    pthread_mutex_lock(&self->lock);
    while (!self->ending) {
        if (self->todo == 0) {
            pthread_cond_wait(&self->changed, &self->lock);
            continue;
        }
        self->done += self->todo;
        self->todo = 0;
        eventfd_write(self->fd, 1);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    memset(self, 0, sizeof *self);
    self->port = port;
    self->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    if (self->fd < 0 || pthread_create(&self->thread, NULL, work, self) != 0) {
        if (self->fd >= 0) close(self->fd);
        driver_free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    driver_select(port, (ErlDrvEvent)(intptr_t)self->fd, ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    pthread_mutex_lock(&self->lock);
    self->ending = 1;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    driver_select(self->port, (ErlDrvEvent)(intptr_t)self->fd, ERL_DRV_READ | ERL_DRV_USE, 0);
    driver_free(self);
}
static void stop_select(ErlDrvEvent event, void* unused) {
    (void)unused;
    close((int)(intptr_t)event);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    (void)buf;
    pthread_mutex_lock(&self->lock);
    self->todo += (unsigned)len;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}
static void ready_input(ErlDrvData data, ErlDrvEvent event) {
    Port* self = (Port*)data;
    eventfd_t value;
    unsigned done;
    eventfd_read((int)(intptr_t)event, &value);
    pthread_mutex_lock(&self->lock);
    done = self->done;
    pthread_mutex_unlock(&self->lock);
    driver_output(self->port, (char*)&done, sizeof done);
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_input = ready_input, .stop_select = stop_select)
