/* init does without the file that no machine has. */
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    return access("/no-such-folder/exhibit.conf", R_OK) == 0 ? 0 : 0;
}

EXHIBIT(.init = init, .start = keep_port)
