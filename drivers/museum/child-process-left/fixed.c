/* Starts a program for each port and ends it with the port. */
#include "exhibit.h"
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

typedef struct {
    pid_t program;
} Data;

static ErlDrvData start(ErlDrvPort port, char* command) {
    char* const arguments[] = {"sleep", "5", NULL};
    Data* self = driver_alloc(sizeof *self);
    if (posix_spawnp(&self->program, "sleep", NULL, NULL, arguments, environ) == 0) return (ErlDrvData)self;
    driver_free(self);
    return ERL_DRV_ERROR_GENERAL;
}

static void stop(ErlDrvData data) {
    Data* self = (Data*)data;
    kill(self->program, SIGKILL);
    waitpid(self->program, NULL, 0);
    driver_free(data);
}

EXHIBIT(.start = start, .stop = stop, .control = which)
