/* raw_left: a thread of pthread_create that nobody ends. The driver can be unloaded while the thread sleeps in it.
 *
 *   port_control(P, 1, [])   starts it
 *   port_control(P, 2, [])   starts one that ends at once, and waits for its end */
#include "reply.h"

#include <pthread.h>
#include <unistd.h>

static void* sleep_for_ever(void* argument) {
    for (;;) sleep(100);
    return argument;
}

static void* end_at_once(void* argument) {
    return argument;
}

static ErlDrvData raw_left_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT raw_left_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    pthread_t thread;
    int error = pthread_create(&thread, NULL, command == 1 ? sleep_for_ever : end_at_once, NULL);
    if (command == 2) error = pthread_join(thread, NULL);
    return reply(rbuf, rlen, "%d", error);
}

static ErlDrvEntry entry = {
    .start = raw_left_start,
    .driver_name = "raw_left",
    .control = raw_left_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(raw_left) {
    return &entry;
}
