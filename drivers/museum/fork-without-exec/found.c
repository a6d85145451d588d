/* Forks, and nobody looks at what fork returned: two emulators go on. */
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    return fork() < 0 ? -1 : 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
