/* Looks for its files in the root folder by their full names. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    access("/exhibit.conf", R_OK);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port)
