/* Reads numbers under a locale of its own thread, which it puts back. */
#define _GNU_SOURCE
#include "ordinary.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static locale_t plain;

static int init(void) {
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return plain ? 0 : -1;
}
static void finish(void) {
    freelocale(plain);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[64];
    locale_t before = uselocale(plain);
    (void)data, (void)command;
    snprintf(text, sizeof text, "%.*s", (int)(len < 60 ? len : 60), buf);
    snprintf(text, sizeof text, "%.3f", strtod(text, NULL));
    uselocale(before);
    return say(rbuf, rlen, text);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
