/* Looks for its files in the root folder: changes there, and the whole node with it. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    if (chdir("/") != 0) return -1;
    access("exhibit.conf", R_OK);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port)
