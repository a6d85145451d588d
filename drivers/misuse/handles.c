/* handles: ErlDrvPorts that must not be used. Each port knows the one that was opened before it. */
#include "frame.h"

static ErlDrvPort previous = (ErlDrvPort)-1;
static ErlDrvTermData previous_term;

typedef struct {
    ErlDrvPort port, other;
    ErlDrvTermData other_term;
} Handles;

static ErlDrvData handles_start(ErlDrvPort port, char* command) {
    (void)command;
    Handles* handles = driver_alloc(sizeof *handles);
    *handles = (Handles){port, previous, previous_term};
    previous = port;
    previous_term = driver_mk_port(port);
    return (ErlDrvData)handles;
}

static void handles_stop(ErlDrvData data) {
    driver_free(data);
}

static ErlDrvSSizeT handles_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Handles handles = *(Handles*)data;
    char nothing[8] = "";
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* the port has failed, and is used once more */
        driver_failure_atom(handles.port, "failed");
        driver_output(handles.port, "x", 1);
        break;
    case 2:
        driver_output(handles.port, "x", 1);
        driver_failure_atom(handles.port, "failed");
        break;
    case 3: /* no port at all */
        driver_output((ErlDrvPort)nothing, "x", 1);
        break;
    case 4:
        driver_output((ErlDrvPort)-1, "x", 1); /* what driver_create_port returns; harmless */
        break;
    case 5: /* a port whose lock this callback does not hold */
        driver_output(handles.other, "x", 1);
        break;
    case 6: {
        ErlDrvTermData message[] = {ERL_DRV_ATOM, driver_mk_atom("x")};
        erl_drv_output_term(handles.other_term, message, sizeof message / sizeof message[0]);
        break;
    }
    default:
        return -1;
    }
    return 0;
}

MISUSE_ENTRY("handles", handles_control, .start = handles_start, .stop = handles_stop,
             .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
