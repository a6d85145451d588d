/* Writes to the system's log; closelog takes the name back before the driver goes. */
#include "ordinary.h"

#include <syslog.h>

static int init(void) {
    openlog("ordinary-driver", LOG_PID | LOG_NDELAY, LOG_USER);
    return 0;
}
static void finish(void) {
    closelog();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    syslog(LOG_DEBUG, "command %u with %.*s", command, (int)(len < 100 ? len : 100), buf);
    return say(rbuf, rlen, "logged");
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
