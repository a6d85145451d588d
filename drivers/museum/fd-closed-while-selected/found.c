/* Tells its owner when its pipe has something to read, and opens the pipe anew on request, closing the old one while
 * the emulator still watches it. */
#include "exhibit.h"
#include <stdint.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int ends[2];
} Pipe;

#define EVENT(descriptor) ((ErlDrvEvent)(intptr_t)(descriptor))

static int open_pipe(Pipe* self) {
    if (pipe(self->ends) != 0) return -1;
    return driver_select(self->port, EVENT(self->ends[0]), ERL_DRV_READ | ERL_DRV_USE, 1);
}

static void close_pipe(Pipe* self) {
    driver_select(self->port, EVENT(self->ends[0]), ERL_DRV_READ | ERL_DRV_USE, 0);
    close(self->ends[1]);
}

static ErlDrvData start(ErlDrvPort port, char* command) {
    Pipe* self = driver_alloc(sizeof *self);
    self->port = port;
    if (open_pipe(self) == 0) return (ErlDrvData)self;
    driver_free(self);
    return ERL_DRV_ERROR_GENERAL;
}

static void stop(ErlDrvData data) {
    close_pipe((Pipe*)data);
    driver_free(data);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Pipe* self = (Pipe*)data;
    close(self->ends[0]);
    close(self->ends[1]);
    if (open_pipe(self) != 0 || write(self->ends[1], "x", 1) != 1) return -1;
    return 0;
}

static void ready(ErlDrvData data, ErlDrvEvent event) {
    char byte;
    if (read((int)(intptr_t)event, &byte, 1) == 1) driver_output(((Pipe*)data)->port, &byte, 1);
}

static void stop_select(ErlDrvEvent event, void* reserved) {
    close((int)(intptr_t)event);
}

EXHIBIT(.start = start, .stop = stop, .ready_input = ready, .control = control, .stop_select = stop_select)
