/* What is sent is queued and written to a pipe as it takes it; the other end is read and thrown away. */
#include "ordinary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int in, out, writing;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    int ends[2];
    (void)arguments;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        driver_free(self);
        return ERL_DRV_ERROR_ERRNO;
    }
    self->port = port;
    self->in = ends[0];
    self->out = ends[1];
    self->writing = 0;
    driver_select(port, (ErlDrvEvent)(intptr_t)self->in, ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_select(self->port, (ErlDrvEvent)(intptr_t)self->in, ERL_DRV_READ | ERL_DRV_USE, 0);
    driver_select(self->port, (ErlDrvEvent)(intptr_t)self->out, ERL_DRV_WRITE | ERL_DRV_USE, 0);
    if (!self->writing) close(self->out); /* it was never selected */
    driver_free(self);
}
static void stop_select(ErlDrvEvent event, void* unused) {
    (void)unused;
    close((int)(intptr_t)event);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    driver_enq(self->port, buf, len);
    self->writing = 1;
    driver_select(self->port, (ErlDrvEvent)(intptr_t)self->out, ERL_DRV_WRITE | ERL_DRV_USE, 1);
}
static void ready_output(ErlDrvData data, ErlDrvEvent event) {
    Port* self = (Port*)data;
    int count;
    SysIOVec* vector = driver_peekq(self->port, &count);
    ssize_t n = vector && count ? writev((int)(intptr_t)event, (struct iovec*)vector, count > 16 ? 16 : count) : 0;
    if (n < 0 && errno != EAGAIN) {
        driver_failure_posix(self->port, errno);
        return;
    }
    if (n > 0 ? driver_deq(self->port, (ErlDrvSizeT)n) == 0 : n == 0)
        driver_select(self->port, event, ERL_DRV_WRITE, 0);
}
static void ready_input(ErlDrvData data, ErlDrvEvent event) {
    char room[512];
    (void)data;
    while (read((int)(intptr_t)event, room, sizeof room) > 0) {
    }
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_input = ready_input, .ready_output = ready_output,
       .stop_select = stop_select)
