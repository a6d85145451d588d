/* reads_lines: a thread waits in fgets, with the lock of the stream, for what nobody writes. */
#include "reply.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static FILE* lines;

static void* read_lines(void* unused) {
    char line[100];
    while (fgets(line, sizeof line, lines)) {
    }
    return unused;
}

static ErlDrvData reads_lines_start(ErlDrvPort port, char* command) {
    int ends[2];
    pthread_t thread;
    (void)command;
    if (pipe(ends) != 0) return ERL_DRV_ERROR_ERRNO;
    lines = fdopen(ends[0], "r");
    if (pthread_create(&thread, NULL, read_lines, NULL) != 0) return ERL_DRV_ERROR_GENERAL;
    /* The thread has the lock when nobody else can take it. */
    while (ftrylockfile(lines) == 0) {
        funlockfile(lines);
        usleep(1000);
    }
    return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = reads_lines_start,
    .driver_name = "reads_lines",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(reads_lines) {
    return &entry;
}
