/* A timer of the system for each port, which calls a function on a thread of the C library. stop deletes it and waits
 * until no call of it is under way. */
#include "ordinary.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    timer_t timer;
    int armed, calls;
} Port;

static void call(union sigval value) {
    Port* self = value.sival_ptr;
    pthread_mutex_lock(&self->lock);
    ++self->calls;
    self->armed = 0;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_value = {.sival_ptr = self}};
    event.sigev_notify_function = call;
    (void)port, (void)arguments;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &self->timer) != 0) {
        free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    pthread_mutex_lock(&self->lock);
    while (self->armed) pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
    timer_delete(self->timer);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    const struct itimerspec soon = {{0, 0}, {0, 1000000}};
    int calls;
    (void)command, (void)buf, (void)len;
    pthread_mutex_lock(&self->lock);
    if (!self->armed && timer_settime(self->timer, 0, &soon, NULL) == 0) self->armed = 1;
    calls = self->calls;
    pthread_mutex_unlock(&self->lock);
    return answer(rbuf, rlen, &calls, sizeof calls);
}

DRIVER(.start = start, .stop = stop, .control = control)
