/* A socket pair for each port: output goes in at one end as far as there is room, the rest into the port's queue, and
 * comes out at the other end. */
#include "ordinary.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int in, out;
} Port;

static ErlDrvEvent event_of(int fd) {
    return (ErlDrvEvent)(intptr_t)fd;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self;
    int ends[2];
    (void)arguments;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return ERL_DRV_ERROR_ERRNO;
    self = driver_alloc(sizeof *self);
    *self = (Port){port, ends[0], ends[1]};
    driver_select(port, event_of(self->out), ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_select(self->port, event_of(self->in), ERL_DRV_READ | ERL_DRV_WRITE | ERL_DRV_USE, 0);
    driver_select(self->port, event_of(self->out), ERL_DRV_READ | ERL_DRV_USE, 0);
    driver_free(self);
}
static void stop_select(ErlDrvEvent event, void* unused) {
    (void)unused;
    close((int)(intptr_t)event);
}
static void outputv(ErlDrvData data, ErlIOVec* vector) {
    Port* self = (Port*)data;
    if (driver_sizeq(self->port) == 0) driver_select(self->port, event_of(self->in), ERL_DRV_WRITE | ERL_DRV_USE, 1);
    driver_enqv(self->port, vector, 0);
}
static void ready_output(ErlDrvData data, ErlDrvEvent event) {
    Port* self = (Port*)data;
    int count;
    SysIOVec* queue = driver_peekq(self->port, &count);
    const ssize_t n = writev((int)(intptr_t)event, (struct iovec*)queue, count < 16 ? count : 16);
    if (n > 0) driver_deq(self->port, (ErlDrvSizeT)n);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        driver_failure_posix(self->port, errno);
        return;
    }
    if (driver_sizeq(self->port) == 0) driver_select(self->port, event, ERL_DRV_WRITE, 0);
}
static void ready_input(ErlDrvData data, ErlDrvEvent event) {
    char buffer[4096];
    const ssize_t n = read((int)(intptr_t)event, buffer, sizeof buffer);
    if (n > 0) driver_output(((Port*)data)->port, buffer, (ErlDrvSizeT)n);
}
static void flush(ErlDrvData data) {
    Port* self = (Port*)data; /* whoever closes the port does not want the rest */
    driver_deq(self->port, driver_sizeq(self->port));
}

DRIVER(.start = start, .stop = stop, .ready_input = ready_input, .ready_output = ready_output, .outputv = outputv,
       .flush = flush, .stop_select = stop_select)
