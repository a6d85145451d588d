// Registers functions with pthread_atfork: glibc takes them back by itself when the library is closed.
#include <erl_driver.h>
#include <pthread.h>

static void around_fork(void) {}

static int atfork_init(void) {
    return pthread_atfork(around_fork, around_fork, around_fork);
}

static ErlDrvData atfork_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .init = atfork_init,
    .start = atfork_start,
    .driver_name = "atfork",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(atfork) {
    return &entry;
}
