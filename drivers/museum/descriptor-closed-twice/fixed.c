/* Closes its file on request, and notes that it has none any more. */
#include "exhibit.h"
#include <fcntl.h>
#include <unistd.h>

typedef struct {
    int file;
} Data;

static ErlDrvData start(ErlDrvPort port, char* command) {
    Data* self = driver_alloc(sizeof *self);
    self->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return (ErlDrvData)self;
}

static void give_up(Data* self) {
    if (self->file >= 0) close(self->file);
    self->file = -1;
}

static void stop(ErlDrvData data) {
    give_up((Data*)data);
    driver_free(data);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    give_up((Data*)data);
    return 0;
}

EXHIBIT(.start = start, .stop = stop, .control = control)
