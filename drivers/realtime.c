/* realtime: a descriptor that becomes ready by itself, after real time: a timerfd.
 *
 *   port_control(P, 1, "MS")   ready in MS milliseconds of the real clock
 *
 * Each time it is, {tick, P} goes to the owner. A driver that wants the emulator's clock uses driver_set_timer. */
#include "reply.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int timer;
} Realtime;

static ErlDrvEvent event(int descriptor) {
    return (ErlDrvEvent)(long)descriptor;
}

static ErlDrvData realtime_start(ErlDrvPort port, char* command) {
    (void)command;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) return ERL_DRV_ERROR_ERRNO;
    Realtime* realtime = driver_alloc(sizeof *realtime);
    realtime->port = port;
    realtime->timer = timer;
    driver_select(port, event(timer), ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)realtime;
}

static void realtime_stop(ErlDrvData data) {
    Realtime* realtime = (Realtime*)data;
    driver_select(realtime->port, event(realtime->timer), ERL_DRV_USE, 0);
    driver_free(realtime);
}

static void realtime_stop_select(ErlDrvEvent descriptor, void* reserved) {
    (void)reserved;
    close((int)(long)descriptor);
}

static void realtime_ready_input(ErlDrvData data, ErlDrvEvent descriptor) {
    Realtime* realtime = (Realtime*)data;
    uint64_t times;
    if (read((int)(long)descriptor, &times, sizeof times) != sizeof times) return;
    ErlDrvTermData port = driver_mk_port(realtime->port);
    ErlDrvTermData spec[] = {ERL_DRV_ATOM, driver_mk_atom("tick"), ERL_DRV_PORT, port, ERL_DRV_TUPLE, 2};
    erl_drv_output_term(port, spec, sizeof spec / sizeof spec[0]);
}

static ErlDrvSSizeT realtime_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    Realtime* realtime = (Realtime*)data;
    (void)rbuf;
    (void)rlen;
    if (command != 1) return -1;
    char text[16] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    long ms = atol(text);
    struct itimerspec when = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};
    return timerfd_settime(realtime->timer, 0, &when, NULL) == 0 ? 0 : -1;
}

static ErlDrvEntry entry = {
    .start = realtime_start,
    .stop = realtime_stop,
    .ready_input = realtime_ready_input,
    .driver_name = "realtime",
    .control = realtime_control,
    .stop_select = realtime_stop_select,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(realtime) {
    return &entry;
}
