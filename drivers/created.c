/* created: ports that a driver makes itself, without open_port.
 *
 *   1 Name  driver_create_port, owned by the caller      -> the new port is sent to it: {created, Port}; -> "made"
 *   2 Name  driver_create_port, owned by the remembered process -> "made" or "refused"
 *   3       remember the caller                          4      make one owned by an atom -> "made" or "refused"
 *   5       what the driver data says of this port -> the name it was made with, or "opened"
 *   6 Bytes driver_output of the port that was made last -> its result
 *   7 Name  make one that is closed again before control returns: driver_failure_atom(NewPort, gone)
 *   8       driver_mk_port of the port made last is a port -> "port" or "nil" */
#include "reply.h"
#include <string.h>

typedef struct {
    ErlDrvPort port, last;
    ErlDrvTermData remembered;
    char name[32];
} Created;

static Created* created(ErlDrvPort port, const char* name, ErlDrvSizeT len) {
    Created* made = driver_alloc(sizeof *made);
    *made = (Created){.port = port, .last = (ErlDrvPort)-1, .remembered = driver_term_nil};
    memcpy(made->name, name, len < sizeof made->name ? len : sizeof made->name - 1);
    return made;
}

static ErlDrvData created_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)created(port, "opened", 6);
}

/* Also of the ports that were made: they share the driver, so their data has the same type. */
static void created_stop(ErlDrvData data) {
    driver_free(data);
}

static ErlDrvPort create(Created* by, ErlDrvTermData owner, const char* name, ErlDrvSizeT len) {
    Created* data = created((ErlDrvPort)-1, name, len);
    ErlDrvPort made = driver_create_port(by->port, owner, data->name, (ErlDrvData)data);
    if (made == (ErlDrvPort)-1)
        driver_free(data);
    else
        data->port = by->last = made;
    return made;
}

static ErlDrvSSizeT created_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Created* self = (Created*)data;
    const ErlDrvPort none = (ErlDrvPort)-1;
    switch (command) {
    case 1: {
        ErlDrvPort made = create(self, driver_caller(self->port), buf, len);
        if (made == none) return reply(rbuf, rlen, "refused");
        ErlDrvTermData message[] = {
            ERL_DRV_ATOM, driver_mk_atom("created"), ERL_DRV_PORT, driver_mk_port(made), ERL_DRV_TUPLE, 2,
        };
        erl_drv_output_term(driver_mk_port(made), message, sizeof message / sizeof message[0]);
        return reply(rbuf, rlen, "made");
    }
    case 2:
        return reply(rbuf, rlen, "%s", create(self, self->remembered, buf, len) == none ? "refused" : "made");
    case 3:
        self->remembered = driver_caller(self->port);
        return 0;
    case 4:
        return reply(rbuf, rlen, "%s", create(self, driver_mk_atom("alice"), "x", 1) == none ? "refused" : "made");
    case 5:
        return reply(rbuf, rlen, "%s", self->name);
    case 6:
        return reply(rbuf, rlen, "%d", driver_output(self->last, buf, len));
    case 7: {
        ErlDrvPort made = create(self, driver_caller(self->port), buf, len);
        self->last = none;
        return reply(rbuf, rlen, "%d", driver_failure_atom(made, "gone"));
    }
    case 8:
        return reply(rbuf, rlen, "%s", driver_mk_port(self->last) == driver_term_nil ? "nil" : "port");
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = created_start,
    .stop = created_stop,
    .driver_name = "created",
    .control = created_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(created) {
    return &entry;
}
