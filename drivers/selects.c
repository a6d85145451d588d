/* selects: driver_select call by call. Each port has one end of a socket pair and writes into the other end, so that
 * what is ready is decided by the story alone.
 *
 *   port_control(P, 1, "MODE ON")      driver_select of the port's end -> its result.
 *                                      MODE: 1 READ, 2 WRITE, 4 USE, 12 USE_NO_CALLBACK, or sums; ON: 1 or 0
 *   port_control(P, 2, Bytes)          writes Bytes into the other end
 *   port_control(P, 3, "FD MODE ON")   driver_select of any descriptor -> its result
 *   port_control(P, 4, "TRAIT")        from now on:
 *                                      r  ready_input does not read
 *                                      w  ready_output does not deselect
 *                                      s  stop does not deselect
 *                                      d  ready_input also deselects writing
 *   port_control(P, 5, [])             closes the port's end, without a word to the emulator
 *   port_control(P, 6, [])             closes the other end
 *   port_control(P, 7, [])             the number of the port's end
 *
 * ready_input reads and sends {input, P, Bytes}, ready_output deselects and sends {output, P}; stop_select closes.
 * Built several times, each lacking one callback: see CMakeLists.txt. */
#include "reply.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef NAME
#define NAME "selects"
#endif

typedef struct {
    ErlDrvPort port;
    int own, other; /* -1: closed */
    char traits[4];
} Selects;

static ErlDrvEvent event(int descriptor) {
    return (ErlDrvEvent)(long)descriptor;
}

static ErlDrvData selects_start(ErlDrvPort port, char* command) {
    (void)command;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return ERL_DRV_ERROR_ERRNO;
    Selects* selects = driver_alloc(sizeof *selects);
    selects->port = port;
    selects->own = ends[0];
    selects->other = ends[1];
    memset(selects->traits, 0, sizeof selects->traits);
    return (ErlDrvData)selects;
}

static void selects_stop(ErlDrvData data) {
    Selects* selects = (Selects*)data;
    if (selects->other >= 0) close(selects->other);
    if (selects->own >= 0 && !strchr(selects->traits, 's'))
        driver_select(selects->port, event(selects->own), ERL_DRV_USE, 0);
    driver_free(selects);
}

#ifndef WITHOUT_STOP_SELECT
static void selects_stop_select(ErlDrvEvent selected, void* reserved) {
    (void)reserved;
    close((int)(long)selected);
}
#endif

static void tell(Selects* selects, const char* what, char* bytes, long length) {
    ErlDrvTermData self = driver_mk_port(selects->port);
    if (length < 0) {
        ErlDrvTermData spec[] = {ERL_DRV_ATOM, driver_mk_atom((char*)what), ERL_DRV_PORT, self, ERL_DRV_TUPLE, 2};
        erl_drv_output_term(self, spec, sizeof spec / sizeof spec[0]);
    } else {
        ErlDrvTermData spec[] = {
            ERL_DRV_ATOM,          driver_mk_atom((char*)what), ERL_DRV_PORT,  self, ERL_DRV_STRING,
            (ErlDrvTermData)bytes, (ErlDrvTermData)length,      ERL_DRV_TUPLE, 3};
        erl_drv_output_term(self, spec, sizeof spec / sizeof spec[0]);
    }
}

#ifndef WITHOUT_READY_INPUT
static void selects_ready_input(ErlDrvData data, ErlDrvEvent selected) {
    Selects* selects = (Selects*)data;
    char bytes[64];
    if (strchr(selects->traits, 'd')) driver_select(selects->port, selected, ERL_DRV_WRITE, 0);
    if (strchr(selects->traits, 'r')) return;
    long length = read((int)(long)selected, bytes, sizeof bytes);
    if (length <= 0) driver_select(selects->port, selected, ERL_DRV_READ, 0); /* the other end is gone */
    tell(selects, "input", bytes, length > 0 ? length : 0);
}
#endif

#ifndef WITHOUT_READY_OUTPUT
static void selects_ready_output(ErlDrvData data, ErlDrvEvent selected) {
    Selects* selects = (Selects*)data;
    if (!strchr(selects->traits, 'w')) driver_select(selects->port, selected, ERL_DRV_WRITE, 0);
    tell(selects, "output", NULL, -1);
}
#endif

static ErlDrvSSizeT selects_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Selects* selects = (Selects*)data;
    char text[64] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    int descriptor = selects->own, mode = 0, on = 0;
    switch (command) {
    case 1:
        if (sscanf(text, "%d %d", &mode, &on) != 2) return -1;
        return reply(rbuf, rlen, "%d", driver_select(selects->port, event(descriptor), mode, on));
    case 2:
        return reply(rbuf, rlen, "%ld", (long)write(selects->other, buf, len));
    case 3:
        if (sscanf(text, "%d %d %d", &descriptor, &mode, &on) != 3) return -1;
        return reply(rbuf, rlen, "%d", driver_select(selects->port, event(descriptor), mode, on));
    case 4:
        memcpy(selects->traits, text, sizeof selects->traits - 1);
        return 0;
    case 5:
        close(selects->own);
        selects->own = -1;
        return 0;
    case 6:
        close(selects->other);
        selects->other = -1;
        return 0;
    case 7:
        return reply(rbuf, rlen, "%d", selects->own);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = selects_start,
    .stop = selects_stop,
#ifndef WITHOUT_READY_INPUT
    .ready_input = selects_ready_input,
#endif
#ifndef WITHOUT_READY_OUTPUT
    .ready_output = selects_ready_output,
#endif
#ifndef WITHOUT_STOP_SELECT
    .stop_select = selects_stop_select,
#endif
    .driver_name = NAME,
    .control = selects_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(selects) {
    return &entry;
}
