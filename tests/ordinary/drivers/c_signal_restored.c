/* Counts SIGWINCH while it is loaded: init remembers what there was, and finish puts it back. */
#include "ordinary.h"

#include <signal.h>

static volatile sig_atomic_t seen;
static struct sigaction before;

static void count(int number) {
    (void)number;
    seen = seen + 1;
}
static int init(void) {
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGWINCH, &action, &before);
}
static void finish(void) {
    sigaction(SIGWINCH, &before, NULL);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const int now = (int)seen;
    (void)data, (void)command, (void)buf, (void)len;
    return answer(rbuf, rlen, &now, sizeof now);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
