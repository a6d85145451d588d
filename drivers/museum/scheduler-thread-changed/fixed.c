/* Does what can wait on a thread of its own, and asks the system to let others go before that one. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <pthread.h>
#include <sched.h>

static void* work(void* argument) {
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    pthread_setname_np(pthread_self(), "exhibit");
    return argument;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0) return -1;
    pthread_join(thread, NULL);
    return say(rbuf, WHICH);
}

EXHIBIT(.start = keep_port, .control = control)
