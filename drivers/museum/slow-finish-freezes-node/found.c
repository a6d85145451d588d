/* Unloading waits half a second for somebody to say goodbye, with the list of drivers locked. */
#include "exhibit.h"
#include <unistd.h>

static void finish(void) {
    usleep(500000);
}

EXHIBIT(.start = keep_port, .finish = finish)
