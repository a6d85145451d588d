/* A piece of shared memory and a named semaphore for each port, unlinked as soon as they are there. */
#include "ordinary.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { size = 1 << 16 };

typedef struct {
    int* counter;
    sem_t* semaphore;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    static unsigned number;
    Port* self = calloc(1, sizeof *self);
    char name[64];
    int fd;
    (void)port, (void)arguments;
    snprintf(name, sizeof name, "/ordinary-%d-%u", (int)getpid(), ++number);
    fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    self->semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    shm_unlink(name);
    sem_unlink(name);
    if (fd < 0 || self->semaphore == SEM_FAILED || ftruncate(fd, size) != 0) {
        if (fd >= 0) close(fd);
        if (self->semaphore != SEM_FAILED) sem_close(self->semaphore);
        free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    self->counter = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    munmap(self->counter, size);
    sem_close(self->semaphore);
    free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    sem_wait(self->semaphore);
    ++*self->counter;
    sem_post(self->semaphore);
    return answer(rbuf, rlen, self->counter, sizeof *self->counter);
}

DRIVER(.start = start, .stop = stop, .control = control)
