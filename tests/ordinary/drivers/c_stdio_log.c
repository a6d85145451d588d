/* A log file for each port through stdio, closed with the port; qsort, strtok_r and time on the way. */
#include "ordinary.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    FILE* log = tmpfile();
    (void)port, (void)arguments;
    if (!log) return ERL_DRV_ERROR_ERRNO;
    setvbuf(log, NULL, _IOLBF, 1024);
    return (ErlDrvData)log;
}
static void stop(ErlDrvData data) {
    fclose((FILE*)data);
}
static int by_byte(const void* a, const void* b) {
    return *(const unsigned char*)a - *(const unsigned char*)b;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[64], when[32], *rest = NULL, *word;
    size_t n = len < sizeof text - 1 ? len : sizeof text - 1;
    time_t now = time(NULL);
    struct tm parts;
    memcpy(text, buf, n);
    text[n] = 0;
    qsort(text, n, 1, by_byte);
    localtime_r(&now, &parts);
    strftime(when, sizeof when, "%H:%M", &parts);
    for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        fprintf((FILE*)data, "%s %u %s\n", when, command, word);
    fflush((FILE*)data);
    return say(rbuf, rlen, ftell((FILE*)data) >= 0 ? "logged" : "not logged");
}

DRIVER(.start = start, .stop = stop, .control = control)
