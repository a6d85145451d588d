/* A loop shared by the threads of libgomp, which wait in its code when it leaves memory with the driver. Those that
 * still spin crash the node; those that sleep are never woken, two more with each load.
 *
 * compilers: gcc
 * flags: -fopenmp
 * true: openmp-runtime-unloaded
 * may: driver-crashed heap-leak-outside-driver-heap
 * says: libgomp
 * node: dies grows */
#include "ordinary.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    long sum = 0;
    (void)data, (void)buf;
#pragma omp parallel for reduction(+ : sum) num_threads(3)
    for (long i = 0; i < 1000 + (long)len; i++) sum += i * command;
    return answer(rbuf, rlen, &sum, sizeof sum);
}

static ErlDrvData start(ErlDrvPort port, char* arguments) {
#ifdef PERMANENT
    driver_lock_driver(port);
#endif
    return keep_port(port, arguments);
}

DRIVER(.start = start, .control = control)
