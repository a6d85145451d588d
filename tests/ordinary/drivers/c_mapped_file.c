/* Maps a file for each port, searches in it, and takes the mapping away in stop. */
#define _GNU_SOURCE
#include "ordinary.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char* bytes;
    size_t size;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    struct stat facts;
    Port* self;
    void* bytes = MAP_FAILED;
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    (void)port, (void)arguments;
    if (fd < 0) return ERL_DRV_ERROR_ERRNO;
    if (fstat(fd, &facts) == 0) bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) return ERL_DRV_ERROR_ERRNO;
    self = driver_alloc(sizeof *self);
    self->bytes = bytes;
    self->size = (size_t)facts.st_size;
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    munmap(self->bytes, self->size);
    driver_free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command;
    return say(rbuf, rlen, memmem(self->bytes, self->size, buf, len) ? "there" : "not there");
}

DRIVER(.start = start, .stop = stop, .control = control)
