/* terms_from_thread: a thread of the driver's own sends three terms to the port's owner, one by each function that may
 * do so: {from_thread, send}, {from_thread, output}, {from_thread, old_send}.
 *
 *   port_control(P, 1, [])   let it do so, and wait for its end -> the three results */
#include "reply.h"

typedef struct {
    ErlDrvPort port;
    ErlDrvTermData port_term, owner;
    int send, output, old_send;
} Work;

static ErlDrvData from_thread_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void* send_terms(void* data) {
    Work* work = data;
    ErlDrvTermData term[] = {
        ERL_DRV_ATOM, driver_mk_atom("from_thread"), ERL_DRV_ATOM, driver_mk_atom("send"), ERL_DRV_TUPLE, 2};
    int count = sizeof term / sizeof term[0];
    work->send = erl_drv_send_term(work->port_term, work->owner, term, count);
    term[3] = driver_mk_atom("output");
    work->output = erl_drv_output_term(work->port_term, term, count);
    term[3] = driver_mk_atom("old_send");
    work->old_send = driver_send_term(work->port, work->owner, term, count);
    return NULL;
}

static ErlDrvSSizeT from_thread_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                        ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    /* What only a callback may ask for is asked here. */
    Work work = {.port = port, .port_term = driver_mk_port(port), .owner = driver_connected(port)};
    ErlDrvTid thread;
    (void)buf;
    (void)len;
    if (command != 1 || erl_drv_thread_create("sender", &thread, send_terms, &work, NULL) != 0) return -1;
    erl_drv_thread_join(thread, NULL);
    return reply(rbuf, rlen, "%d %d %d", work.send, work.output, work.old_send);
}

static ErlDrvEntry entry = {
    .start = from_thread_start,
    .driver_name = "terms_from_thread",
    .control = from_thread_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(terms_from_thread) {
    return &entry;
}
