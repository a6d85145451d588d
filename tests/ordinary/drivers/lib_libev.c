/* A loop of libev that is turned by hand in a callback, for each port.
 * needs: libev-dev
 * flags: -lev */
#include "ordinary.h"

#include <ev.h>

typedef struct {
    struct ev_loop* loop;
    ev_timer timer;
    ev_idle idle;
    long turns;
} Port;

static void on_timer(EV_P_ ev_timer* timer, int events) {
    (void)loop, (void)events;
    ++((Port*)timer->data)->turns;
}
static void on_idle(EV_P_ ev_idle* idle, int events) {
    (void)events;
    ++((Port*)idle->data)->turns;
    ev_idle_stop(EV_A_ idle);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)port, (void)arguments;
    memset(self, 0, sizeof *self);
    self->loop = ev_loop_new(EVFLAG_NOENV | EVBACKEND_EPOLL);
    if (!self->loop) {
        driver_free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    ev_timer_init(&self->timer, on_timer, 0.001, 0.);
    ev_idle_init(&self->idle, on_idle);
    self->timer.data = self->idle.data = self;
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    ev_loop_destroy(self->loop);
    driver_free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    ev_idle_start(self->loop, &self->idle);
    ev_run(self->loop, EVRUN_NOWAIT);
    return answer(rbuf, rlen, &self->turns, sizeof self->turns);
}

DRIVER(.start = start, .stop = stop, .control = control)
