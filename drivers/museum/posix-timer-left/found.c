/* A POSIX timer that calls it every 150 ms, also after the unload. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

static timer_t timer;
static atomic_int ticks;

static void tick(union sigval value) {
    ticks++;
}

static int init(void) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tick};
    struct itimerspec when = {{0, 150000000}, {0, 150000000}};
    return timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &when, NULL);
}

EXHIBIT(.init = init, .start = keep_port)
