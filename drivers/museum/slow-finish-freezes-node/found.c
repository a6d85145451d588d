/* Unloading waits a second and a half for somebody to say goodbye, with the list of drivers locked. */
#include "exhibit.h"
#include <unistd.h>

static void finish(void) {
    usleep(1500000);
}

EXHIBIT(.start = keep_port, .finish = finish)
