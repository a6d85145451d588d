#pragma once
/* What a driver writes down for port_control(P, 1, []) to tell: one word for each callback, kept outside of the ports,
 * so that a later port can tell what became of an earlier one. Reading it empties it. */
#include "reply.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char diary[2048];

static inline void note(const char* format, ...) __attribute__((format(printf, 1, 2), unused));

static inline void note(const char* format, ...) {
    size_t used = strlen(diary);
    if (used + 1 >= sizeof diary) return;
    if (used > 0) diary[used++] = ' ';
    va_list args;
    va_start(args, format);
    vsnprintf(diary + used, sizeof diary - used, format, args);
    va_end(args);
}

static inline ErlDrvSSizeT tell_diary(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvSSizeT length = reply(rbuf, rlen, "%s", diary);
    diary[0] = '\0';
    return length;
}
