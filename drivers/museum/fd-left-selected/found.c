/* Reads from a pipe. stop forgets that the emulator still watches it. */
#include "exhibit.h"
#include <stdint.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int ends[2];
} Pipe;

#define EVENT(descriptor) ((ErlDrvEvent)(intptr_t)(descriptor))

static ErlDrvData start(ErlDrvPort port, char* command) {
    Pipe* self = driver_alloc(sizeof *self);
    self->port = port;
    if (pipe(self->ends) != 0) {
        driver_free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    driver_select(port, EVENT(self->ends[0]), ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}

static void ready(ErlDrvData data, ErlDrvEvent event) {
    char byte;
    if (read((int)(intptr_t)event, &byte, 1) != 1) return;
}

static void stop(ErlDrvData data) {
    Pipe* self = (Pipe*)data;
    close(self->ends[1]);
    driver_free(self);
}

static void stop_select(ErlDrvEvent event, void* reserved) {
    close((int)(intptr_t)event);
}

EXHIBIT(.start = start, .stop = stop, .ready_input = ready, .stop_select = stop_select)
