/* Something to do at the end, told by on_exit: the library does not have to be there any more when it is due. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <stdlib.h>

static volatile int ended;

static void at_end(int status, void* argument) {
    ended = 1;
}

static int init(void) {
    return on_exit(at_end, NULL);
}

EXHIBIT(.init = init, .start = keep_port)
