/* The classic: bytes go into a pipe and come back by ready_input; the descriptors are closed in stop_select. */
#include "ordinary.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int ends[2];
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)arguments;
    self->port = port;
    if (pipe2(self->ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        driver_free(self);
        return ERL_DRV_ERROR_ERRNO;
    }
    driver_select(port, (ErlDrvEvent)(intptr_t)self->ends[0], ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_select(self->port, (ErlDrvEvent)(intptr_t)self->ends[0], ERL_DRV_READ | ERL_DRV_USE, 0);
    close(self->ends[1]);
    driver_free(self);
}
static void stop_select(ErlDrvEvent event, void* unused) {
    (void)unused;
    close((int)(intptr_t)event);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    if (len > 4096) len = 4096;
    if (write(self->ends[1], buf, len) < 0) driver_failure_atom(self->port, (char*)"pipe_full");
}
static void ready_input(ErlDrvData data, ErlDrvEvent event) {
    Port* self = (Port*)data;
    char room[4096];
    const ssize_t n = read((int)(intptr_t)event, room, sizeof room);
    if (n > 0) driver_output(self->port, room, (ErlDrvSizeT)n);
}

DRIVER(.start = start, .stop = stop, .output = output, .ready_input = ready_input, .stop_select = stop_select)
