/* created: a driver that opens further ports itself, named "newname". Each port has a number: 0 for one that was opened
 * by open_port, 1, 2... for those made by driver_create_port. A command comes back with the number in front.
 *
 *   port_control(P, 1, [])   make a port for the caller -> "made" or "refused"
 *   port_control(P, 2, [])   make a port for the owner of P -> "made" or "refused"
 *   port_control(P, 3, [])   the number of the port whose stop ran last -> "none" or the number */
#include "reply.h"

typedef struct {
    ErlDrvPort port;
    int number;
} Created;

static int made, last_stopped = -1;

static Created* created_new(int number) {
    Created* created = driver_alloc(sizeof *created);
    created->number = number;
    return created;
}

static ErlDrvData created_start(ErlDrvPort port, char* command) {
    (void)command;
    Created* created = created_new(0);
    created->port = port;
    return (ErlDrvData)created;
}

static void created_stop(ErlDrvData data) {
    last_stopped = ((Created*)data)->number;
    driver_free(data);
}

static void created_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Created* created = (Created*)data;
    char header[16];
    int length = snprintf(header, sizeof header, "%d ", created->number);
    driver_output2(created->port, header, length, buf, len);
}

static ErlDrvSSizeT make(Created* creator, ErlDrvTermData owner, char** rbuf, ErlDrvSizeT rlen) {
    Created* created = created_new(made + 1);
    created->port = driver_create_port(creator->port, owner, "newname", (ErlDrvData)created);
    if (created->port == (ErlDrvPort)-1) {
        driver_free(created);
        return reply(rbuf, rlen, "refused");
    }
    made++;
    return reply(rbuf, rlen, "made");
}

static ErlDrvSSizeT created_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Created* created = (Created*)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return make(created, driver_caller(created->port), rbuf, rlen);
    case 2:
        return make(created, driver_connected(created->port), rbuf, rlen);
    case 3:
        return last_stopped < 0 ? reply(rbuf, rlen, "none") : reply(rbuf, rlen, "%d", last_stopped);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = created_start,
    .stop = created_stop,
    .output = created_output,
    .driver_name = "created",
    .control = created_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(created) {
    return &entry;
}
