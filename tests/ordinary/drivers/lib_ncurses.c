/* Looks up what a terminal can do, in a description of its own for each port. What the library keeps for later, 8 KB of
 * it, is lost with each unload, and it has no call that frees it. The figures of a node are too coarse for that.
 * needs: libncurses-dev
 * true: heap-leak-outside-driver-heap
 * verdict: SAFE-IF
 * flags: -ltinfo */
#include "ordinary.h"

#include <curses.h>
#include <fcntl.h>
#include <term.h>
#include <unistd.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int error = 0;
    TERMINAL* mine = NULL;
    (void)port, (void)arguments;
    if (setupterm((char*)"xterm", null, &error) == OK) mine = cur_term;
    close(null);
    return mine ? (ErlDrvData)mine : ERL_DRV_ERROR_GENERAL;
}
static void stop(ErlDrvData data) {
    set_curterm((TERMINAL*)data);
    del_curterm((TERMINAL*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char* text;
    (void)buf, (void)len;
    set_curterm((TERMINAL*)data);
    text = tparm(tigetstr("setaf"), (long)(command % 8), 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
    return say(rbuf, rlen, text ? text : "?");
}

DRIVER(.start = start, .stop = stop, .control = control)
