/* selecting: a pipe of its own, both ends watched on demand. What is read comes back as data.
 *
 *   command                    written into the pipe
 *   port_control(P, 1, [])     which callbacks ran, and what they were given ("r" and "w": the ends of the pipe)
 *   port_control(P, 2, "M")    select the reading end, on, with the letters of M: r ERL_DRV_READ, w _WRITE, u _USE
 *   port_control(P, 3, "M")    the same, off            port_control(P, 4 and 5, "M")     the same for the writing end
 *   port_control(P, 6, "N")    select descriptor N for reading, on        port_control(P, 7, "N")    N off, with _USE
 *   port_control(P, 8, [])     whether both ends are open: "open open"
 *
 * stop gives both ends back with ERL_DRV_USE, stop_select closes them. Built twice more: selecting_without_ready has no
 * ready_input, selecting_without_stop no stop_select. */
#define _GNU_SOURCE /* pipe2 */
#include "diary.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef NAME
#define NAME "selecting"
#endif

typedef struct {
    ErlDrvPort port;
    int ends[2]; /* reading, writing */
} Selecting;

/* The ends of the port opened last: stop_select knows no port. */
static int newest[2] = {-1, -1};

static ErlDrvEvent event_of(int descriptor) {
    return (ErlDrvEvent)(long)descriptor;
}

static const char* end_name(ErlDrvEvent event) {
    return event == event_of(newest[0]) ? "r" : event == event_of(newest[1]) ? "w" : "other";
}

static ErlDrvData selecting_start(ErlDrvPort port, char* command) {
    (void)command;
    Selecting* selecting = driver_alloc(sizeof *selecting);
    selecting->port = port;
    if (pipe2(selecting->ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        driver_free(selecting);
        return ERL_DRV_ERROR_ERRNO;
    }
    memcpy(newest, selecting->ends, sizeof newest);
    return (ErlDrvData)selecting;
}

static void selecting_stop(ErlDrvData data) {
    Selecting* selecting = (Selecting*)data;
    note("stop");
    for (int end = 0; end < 2; end++) driver_select(selecting->port, event_of(selecting->ends[end]), ERL_DRV_USE, 0);
    note("stopped");
    driver_free(selecting);
}

static void selecting_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    if (write(((Selecting*)data)->ends[1], buf, len) != (ssize_t)len) note("pipe_full");
}

#ifndef WITHOUT_READY
static void selecting_ready_input(ErlDrvData data, ErlDrvEvent event) {
    Selecting* selecting = (Selecting*)data;
    char bytes[256];
    ssize_t count = read(selecting->ends[0], bytes, sizeof bytes);
    note("ready_input(%s)", end_name(event));
    if (count > 0) driver_output(selecting->port, bytes, (ErlDrvSizeT)count);
}
#endif

/* A pipe can nearly always be written to, so once is enough. */
static void selecting_ready_output(ErlDrvData data, ErlDrvEvent event) {
    Selecting* selecting = (Selecting*)data;
    note("ready_output(%s)", end_name(event));
    driver_select(selecting->port, event, ERL_DRV_WRITE, 0);
    driver_output(selecting->port, "writable", 8);
}

#ifndef WITHOUT_STOP
static void selecting_stop_select(ErlDrvEvent event, void* reserved) {
    note("stop_select(%s%s)", end_name(event), reserved ? ",something" : "");
    if (strcmp(end_name(event), "other") != 0) close((int)(long)event);
}
#endif

static int mode_of(const char* letters) {
    return (strchr(letters, 'r') ? ERL_DRV_READ : 0) | (strchr(letters, 'w') ? ERL_DRV_WRITE : 0) |
           (strchr(letters, 'u') ? ERL_DRV_USE : 0);
}

static const char* is_open(int descriptor) {
    return fcntl(descriptor, F_GETFD) >= 0 ? "open" : "closed";
}

static ErlDrvSSizeT selecting_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    Selecting* selecting = (Selecting*)data;
    char text[16] = "";
    int result;
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    switch (command) {
    case 1:
        return tell_diary(rbuf, rlen);
    case 2:
    case 3:
    case 4:
    case 5:
        result =
            driver_select(selecting->port, event_of(selecting->ends[command / 4]), mode_of(text), command % 2 == 0);
        break;
    case 6:
        result = driver_select(selecting->port, event_of(atoi(text)), ERL_DRV_READ, 1);
        break;
    case 7:
        result = driver_select(selecting->port, event_of(atoi(text)), ERL_DRV_USE, 0);
        break;
    case 8:
        return reply(rbuf, rlen, "%s %s", is_open(selecting->ends[0]), is_open(selecting->ends[1]));
    default:
        return -1;
    }
    note("returned");
    return reply(rbuf, rlen, "%d", result);
}

static ErlDrvEntry entry = {
    .start = selecting_start,
    .stop = selecting_stop,
    .output = selecting_output,
#ifndef WITHOUT_READY
    .ready_input = selecting_ready_input,
#endif
    .ready_output = selecting_ready_output,
    .driver_name = NAME,
    .control = selecting_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
#ifndef WITHOUT_STOP
    .stop_select = selecting_stop_select,
#endif
};

DRIVER_INIT(selecting) {
    return &entry;
}
