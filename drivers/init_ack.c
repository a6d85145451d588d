/* init_ack: says in its own time whether a port could be opened. The opener waits in open_port until then.
 *
 *   open text "init_ack"           nothing is said; whoever may reach the port can let it speak with port_control
 *   open text "init_ack WAY"       start does WAY itself, returning what it returns
 *   open text "init_ack WAY MS"    WAY after MS milliseconds
 *
 *   port_control(P, Way, [])       1 ok      acknowledge with new driver data, which stop tells: {stopped, P, acked}
 *                                  2 general ERL_DRV_ERROR_GENERAL   3 errno  ERL_DRV_ERROR_ERRNO with EACCES
 *                                  4 badarg  ERL_DRV_ERROR_BADARG    5 fail   driver_failure_atom(too_late)
 *                                  6 eof     driver_failure_eof      7 exit   driver_exit(ENOENT)
 *                                  8 twice   acknowledge ok, then again with ERL_DRV_ERROR_GENERAL
 *   port_control(P, 0, [])         -> "started" or "acked": which driver data the callbacks get
 *
 * Built a second time as init_ack_without_flag: the same without ERL_DRV_FLAG_USE_INIT_ACK. */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITHOUT_FLAG
#define NAME "init_ack_without_flag"
#define FLAGS 0
#else
#define NAME "init_ack"
#define FLAGS ERL_DRV_FLAG_USE_INIT_ACK
#endif

/* The driver data is one of the two faces: the one that start returned, or the one that was acknowledged. */
typedef struct {
    const char* name;
    struct Opening* of;
} Face;
typedef struct Opening {
    ErlDrvPort port;
    int way; /* when the timer fires */
    Face started, acked;
} Opening;

enum { OK = 1, GENERAL, ERRNO, BADARG, FAIL, END_OF_FILE, EXIT, TWICE };
static const char* const ways[] = {"", "ok", "general", "errno", "badarg", "fail", "eof", "exit", "twice"};

static void speak(Opening* opening, int way) {
    ErlDrvPort port = opening->port;
    switch (way) {
    case OK:
        erl_drv_init_ack(port, (ErlDrvData)&opening->acked);
        break;
    case TWICE:
        erl_drv_init_ack(port, (ErlDrvData)&opening->acked);
        erl_drv_init_ack(port, ERL_DRV_ERROR_GENERAL);
        break;
    case GENERAL:
        erl_drv_init_ack(port, ERL_DRV_ERROR_GENERAL);
        break;
    case ERRNO:
        errno = EACCES;
        erl_drv_init_ack(port, ERL_DRV_ERROR_ERRNO);
        break;
    case BADARG:
        erl_drv_init_ack(port, ERL_DRV_ERROR_BADARG);
        break;
    case FAIL:
        driver_failure_atom(port, "too_late");
        break;
    case END_OF_FILE:
        driver_failure_eof(port);
        break;
    case EXIT:
        driver_exit(port, ENOENT);
        break;
    }
}

static int way_named(const char* text) {
    for (int way = OK; way <= TWICE; way++)
        if (strncmp(text, ways[way], strlen(ways[way])) == 0) return way;
    return 0;
}

static ErlDrvData opening_start(ErlDrvPort port, char* command) {
    const char* space = strchr(command, ' ');
    int way = space ? way_named(space + 1) : 0;
    const char* later = space ? strchr(space + 1, ' ') : NULL;
    if (way && !later) {
        errno = EACCES;
        if (way == GENERAL) return ERL_DRV_ERROR_GENERAL;
        if (way == ERRNO) return ERL_DRV_ERROR_ERRNO;
        if (way == BADARG) return ERL_DRV_ERROR_BADARG;
    }
    Opening* opening = driver_alloc(sizeof *opening);
    *opening = (Opening){.port = port, .way = way, .started = {"started", opening}, .acked = {"acked", opening}};
    if (later)
        driver_set_timer(port, strtoul(later + 1, NULL, 10));
    else if (way == OK)
        erl_drv_init_ack(port, (ErlDrvData)&opening->acked);
    return (ErlDrvData)&opening->started;
}

static void opening_stop(ErlDrvData data) {
    Face* face = (Face*)data;
    ErlDrvTermData port = driver_mk_port(face->of->port);
    ErlDrvTermData stopped[] = {
        ERL_DRV_ATOM, driver_mk_atom("stopped"),         ERL_DRV_PORT,  port,
        ERL_DRV_ATOM, driver_mk_atom((char*)face->name), ERL_DRV_TUPLE, 3,
    };
    erl_drv_output_term(port, stopped, sizeof stopped / sizeof stopped[0]);
    driver_free(face->of);
}

static void opening_timeout(ErlDrvData data) {
    Opening* opening = ((Face*)data)->of;
    speak(opening, opening->way);
}

static ErlDrvSSizeT opening_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)buf;
    (void)len;
    if (command == 0) return reply(rbuf, rlen, "%s", ((Face*)data)->name);
    speak(((Face*)data)->of, (int)command);
    return 0;
}

static ErlDrvEntry entry = {
    .start = opening_start,
    .stop = opening_stop,
    .driver_name = NAME,
    .control = opening_control,
    .timeout = opening_timeout,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = FLAGS,
};

DRIVER_INIT(init_ack) {
    return &entry;
}
