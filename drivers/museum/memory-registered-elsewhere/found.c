/* Gives openlog its name, of which the C library keeps the address. */
#include "exhibit.h"
#include <syslog.h>

static char identity[] = "exhibit";

static int init(void) {
    openlog(identity, LOG_PID, LOG_USER);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
