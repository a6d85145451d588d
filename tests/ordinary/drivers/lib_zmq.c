/* A pair of sockets inside the process for each port, of one context with a thread of its own, which finish ends.
 * needs: libzmq3-dev
 * flags: -lzmq */
#include "ordinary.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

typedef struct {
    void *near, *far;
} Port;
static void* context;

static int init(void) {
    context = zmq_ctx_new();
    return context ? 0 : -1;
}
static void finish(void) {
    zmq_ctx_term(context);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    static unsigned number;
    Port* self = calloc(1, sizeof *self);
    char name[40];
    (void)port, (void)arguments;
    snprintf(name, sizeof name, "inproc://%u", ++number);
    self->near = zmq_socket(context, ZMQ_PAIR);
    self->far = zmq_socket(context, ZMQ_PAIR);
    zmq_bind(self->near, name);
    zmq_connect(self->far, name);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    zmq_close(self->near);
    zmq_close(self->far);
    free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    char text[64];
    int n;
    (void)command;
    zmq_send(self->near, buf, len < sizeof text ? len : sizeof text, ZMQ_DONTWAIT);
    n = zmq_recv(self->far, text, sizeof text, ZMQ_DONTWAIT);
    return answer(rbuf, rlen, text, n > 0 ? (size_t)n : 0);
}

DRIVER(.init = init, .start = start, .stop = stop, .control = control, .finish = finish)
