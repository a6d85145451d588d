/* failures: driver_failure_atom where a node does not survive it.
 *
 *   open text "failures wrong"   fails in start            "failures right"   start returns an error instead
 *   open text "failures"         opens; the commands say what happens later */
#include "frame.h"

#include <setjmp.h>

static jmp_buf in_control;

typedef struct {
    ErlDrvPort port;
    int fail_in_stop, fail_in_process_exit, fail_soon, jump_in_stop;
} Failing;

static ErlDrvData failures_start(ErlDrvPort port, char* command) {
    if (strcmp(command, "failures wrong") == 0) driver_failure_atom(port, "failed");
    if (strcmp(command, "failures right") == 0) return ERL_DRV_ERROR_GENERAL;
    Failing* failing = driver_alloc(sizeof *failing);
    *failing = (Failing){.port = port};
    return (ErlDrvData)failing;
}

static void failures_stop(ErlDrvData data) {
    Failing* failing = (Failing*)data;
    if (failing->fail_in_stop) driver_failure_atom(failing->port, "failed");
    if (failing->jump_in_stop) longjmp(in_control, 1);
    driver_free(failing);
}

static void failures_flush(ErlDrvData data) {
    ErlDrvPort port = ((Failing*)data)->port;
    driver_deq(port, driver_sizeq(port));
}

static void failures_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Failing* failing = (Failing*)data;
    (void)monitor;
    if (failing->fail_soon) driver_set_timer(failing->port, 0);
    if (failing->fail_in_process_exit) driver_failure_atom(failing->port, "failed");
}

static void failures_timeout(ErlDrvData data) {
    driver_failure_atom(((Failing*)data)->port, "failed");
}

static ErlDrvSSizeT failures_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    Failing* failing = (Failing*)data;
    ErlDrvMonitor monitor;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* will fail in stop, which comes when the queue is empty */
        failing->fail_in_stop = 1;
        return driver_enq(failing->port, "q", 1);
    case 2:
        return driver_enq(failing->port, "q", 1);
    case 3: /* will fail in process_exit */
        failing->fail_in_process_exit = 1;
        return driver_monitor_process(failing->port, driver_caller(failing->port), &monitor);
    case 4:
        failing->fail_soon = 1;
        return driver_monitor_process(failing->port, driver_caller(failing->port), &monitor);
    case 5: /* stop, inside of this, jumps back here */
        failing->jump_in_stop = 1;
        if (setjmp(in_control) == 0) driver_failure_atom(failing->port, "failed");
        return 0;
    case 6:
        if (setjmp(in_control) == 0) longjmp(in_control, 1);
        return 0;
    default:
        return -1;
    }
}

MISUSE_ENTRY("failures", failures_control, .start = failures_start, .stop = failures_stop, .flush = failures_flush,
             .timeout = failures_timeout, .process_exit = failures_process_exit)
