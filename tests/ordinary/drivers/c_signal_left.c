/* A handler of SIGUSR2 that is never taken back.
 * true: signal-handler-left */
#include "ordinary.h"

#include <signal.h>

static volatile sig_atomic_t seen;

static void count(int number) {
    (void)number;
    seen = seen + 1;
}
static int init(void) {
    struct sigaction action = {.sa_handler = count};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGUSR2, &action, NULL);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const int now = (int)seen;
    (void)data, (void)command, (void)buf, (void)len;
    return answer(rbuf, rlen, &now, sizeof now);
}

DRIVER(.init = init, .start = keep_port, .control = control)
