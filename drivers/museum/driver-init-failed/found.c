/* init wants a file that no machine has, and gives up. */
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    return access("/no-such-folder/exhibit.conf", R_OK) == 0 ? 0 : -1;
}

EXHIBIT(.init = init, .start = keep_port)
