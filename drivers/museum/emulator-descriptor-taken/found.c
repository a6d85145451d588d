/* Begins as a program does that becomes a daemon: closes all descriptors. Those of the emulator are among them. */
#include "exhibit.h"
#include <unistd.h>

static int init(void) {
    for (int descriptor = 3; descriptor < 1024; descriptor++) close(descriptor);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
