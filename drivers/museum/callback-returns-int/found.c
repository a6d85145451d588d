/* A control with the signature of old, cast into the entry. Its int -1 arrives as 4294967295 bytes to be copied. */
#include "exhibit.h"

typedef ErlDrvSSizeT (*control_callback)(CONTROL_ARGUMENTS);

static int control(ErlDrvData data, unsigned int command, char* buf, int len, char** rbuf, int rlen) {
    if (command != 2) return (int)say(rbuf, WHICH);
    return -1;
}

EXHIBIT(.start = keep_port, .control = (control_callback)control)
