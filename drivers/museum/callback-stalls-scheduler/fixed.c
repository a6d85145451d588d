/* 200 ms of work, a fifth of a millisecond at a time. */
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

typedef struct {
    ErlDrvPort port;
    int left;
} Work;

static ErlDrvData start(ErlDrvPort port, char* command) {
    Work* self = driver_alloc(sizeof *self);
    *self = (Work){port, 0};
    return (ErlDrvData)self;
}

static void stop(ErlDrvData data) {
    driver_free(data);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ((Work*)data)->left = PIECES;
    driver_set_timer(((Work*)data)->port, 0);
    return 0;
}

static void timeout(ErlDrvData data) {
    Work* self = (Work*)data;
    work();
    if (--self->left > 0) driver_set_timer(self->port, 0);
}

EXHIBIT(.start = start, .stop = stop, .control = control, .timeout = timeout)
