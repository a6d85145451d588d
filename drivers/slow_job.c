// An async job that waits for two seconds of real time, as one that asks a disk or a server does. Nothing is wrong with
// it.
#include <erl_driver.h>
#include <unistd.h>

static ErlDrvData slow_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void wait_for_a_server(void* unused) {
    (void)unused;
    sleep(2);
}

static void slow_output(ErlDrvData data, char* bytes, ErlDrvSizeT length) {
    (void)bytes, (void)length;
    driver_async((ErlDrvPort)data, NULL, wait_for_a_server, NULL, NULL);
}

static void slow_ready(ErlDrvData data, ErlDrvThreadData job) {
    (void)data, (void)job;
}

static ErlDrvEntry entry = {
    .start = slow_start,
    .output = slow_output,
    .ready_async = slow_ready,
    .driver_name = "slow_job",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(slow_job) {
    return &entry;
}
