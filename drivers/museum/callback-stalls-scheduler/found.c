/* 200 ms of work in one callback: its scheduler does nothing else meanwhile. */
#include "exhibit.h"
#include <time.h>

enum { PIECES = 1000, PIECE = 200000 };

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void work(void) {
    for (long end = now() + PIECE; now() < end;) continue;
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    for (int i = 0; i < PIECES; i++) work();
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
