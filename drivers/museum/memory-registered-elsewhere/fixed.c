/* Gives openlog its name, of which the C library keeps the address until closelog. */
#include "exhibit.h"
#include <syslog.h>

static char identity[] = "exhibit";

static int init(void) {
    openlog(identity, LOG_PID, LOG_USER);
    return 0;
}

static void finish(void) {
    closelog();
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish, .control = which)
