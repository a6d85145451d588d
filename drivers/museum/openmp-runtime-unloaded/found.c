/* A sum over the threads of OpenMP. The runtime goes with its only user, its threads do not. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    long sum = 0;
#pragma omp parallel for num_threads(4) reduction(+ : sum)
    for (long i = 0; i < 1000; i++) sum += i;
    return say(rbuf, sum == 499500 ? "499500" : "wrong");
}

EXHIBIT(.start = keep_port, .control = control)
