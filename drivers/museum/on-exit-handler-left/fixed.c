/* Something to do at the end, told by atexit, which an unload does at once. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <stdlib.h>

static volatile int ended;

static void at_end(void) {
    ended = 1;
}

static int init(void) {
    return atexit(at_end);
}

EXHIBIT(.init = init, .start = keep_port)
