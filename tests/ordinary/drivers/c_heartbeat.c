/* Sends {heartbeat, N} to the owner every 100 ms for as long as it is switched on. */
#include "ordinary.h"

#include <stdlib.h>

typedef struct {
    ErlDrvPort port;
    unsigned beats, limit;
} Port;

static ErlDrvTermData atom_heartbeat;

static int init(void) {
    atom_heartbeat = driver_mk_atom((char*)"heartbeat");
    return 0;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    (void)arguments;
    if (!self) return ERL_DRV_ERROR_GENERAL;
    self->port = port;
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    free(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    unsigned long left = 0;
    (void)buf, (void)len;
    if (command == 0) {
        driver_cancel_timer(self->port);
        return say(rbuf, rlen, "off");
    }
    self->limit = self->beats + (command < 20 ? command : 20);
    driver_set_timer(self->port, 100);
    driver_read_timer(self->port, &left);
    return say(rbuf, rlen, left <= 100 ? "on" : "?");
}
static void timeout(ErlDrvData data) {
    Port* self = (Port*)data;
    ErlDrvTermData term[] = {ERL_DRV_ATOM, atom_heartbeat, ERL_DRV_UINT, ++self->beats, ERL_DRV_TUPLE, 2};
    erl_drv_output_term(driver_mk_port(self->port), term, sizeof term / sizeof *term);
    if (self->beats < self->limit) driver_set_timer(self->port, 100);
}

DRIVER(.init = init, .start = start, .stop = stop, .control = control, .timeout = timeout)
