/* A thread for each call that nobody waits for. It sleeps and counts, also when its code has left memory.
 * true: thread-outlives-driver
 * may: driver-crashed
 * node: dies well */
#include "ordinary.h"

#include <pthread.h>
#include <unistd.h>

static volatile int count;

static void* work(void* unused) {
    for (int i = 0; i < 50; i++) {
        usleep(10000);
        count = count + 1;
    }
    return unused;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    pthread_t thread;
    (void)data, (void)command, (void)buf, (void)len;
    if (pthread_create(&thread, NULL, work, NULL) == 0) pthread_detach(thread);
    return say(rbuf, rlen, "begun");
}

DRIVER(.start = keep_port, .control = control)
