/* Two descriptors for each port: a timer of the system, and a watch on the port's own file, which control writes to. */
#include "ordinary.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int timer, watch, file;
    char path[40];
} Port;

static ErlDrvEvent event_of(int fd) {
    return (ErlDrvEvent)(intptr_t)fd;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    (void)arguments;
    self->port = port;
    strcpy(self->path, "/tmp/inotify-XXXXXX");
    self->file = mkostemp(self->path, O_CLOEXEC);
    self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    self->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    inotify_add_watch(self->watch, self->path, IN_MODIFY);
    driver_select(port, event_of(self->timer), ERL_DRV_READ | ERL_DRV_USE, 1);
    driver_select(port, event_of(self->watch), ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    driver_select(self->port, event_of(self->timer), ERL_DRV_READ | ERL_DRV_USE, 0);
    driver_select(self->port, event_of(self->watch), ERL_DRV_READ | ERL_DRV_USE, 0);
    close(self->file);
    unlink(self->path);
    free(self);
}
static void stop_select(ErlDrvEvent event, void* unused) {
    (void)unused;
    close((int)(intptr_t)event);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    const struct itimerspec soon = {{0, 0}, {0, 1000000}};
    (void)buf, (void)len, (void)rbuf, (void)rlen;
    if (command % 2) {
        if (write(self->file, "x", 1) != 1) return -1;
    } else {
        timerfd_settime(self->timer, 0, &soon, NULL);
    }
    return 0;
}
static void ready_input(ErlDrvData data, ErlDrvEvent event) {
    Port* self = (Port*)data;
    char buffer[512];
    while (read((int)(intptr_t)event, buffer, sizeof buffer) > 0) continue;
    driver_output(self->port, (char*)(event == event_of(self->timer) ? "timer" : "file"), 5 - (event != event_of(self->timer)));
}

DRIVER(.start = start, .stop = stop, .ready_input = ready_input, .stop_select = stop_select, .control = control)
