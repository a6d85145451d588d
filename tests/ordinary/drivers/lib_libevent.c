/* An event base of libevent for each port, which a timer of the port turns; it and the library's own state are freed.
 * needs: libevent-dev
 * flags: -levent_core -levent_pthreads */
#include "ordinary.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <stdlib.h>

typedef struct {
    ErlDrvPort port;
    struct event_base* base;
    struct event* tick;
    unsigned ticks;
} Port;

static int init(void) {
    return evthread_use_pthreads();
}
static void finish(void) {
    libevent_global_shutdown();
}
static void count(evutil_socket_t fd, short what, void* data) {
    (void)fd, (void)what;
    ++((Port*)data)->ticks;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    (void)arguments;
    self->port = port;
    self->base = event_base_new();
    self->tick = event_new(self->base, -1, 0, count, self);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    event_free(self->tick);
    event_base_free(self->base);
    free(self);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    (void)buf, (void)len;
    event_active(self->tick, EV_TIMEOUT, 1);
    driver_set_timer(self->port, 5);
}
static void timeout(ErlDrvData data) {
    Port* self = (Port*)data;
    event_base_loop(self->base, EVLOOP_NONBLOCK);
    driver_output(self->port, (char*)&self->ticks, sizeof self->ticks);
}

DRIVER(.init = init, .start = start, .stop = stop, .output = output, .finish = finish, .timeout = timeout)
