/* Runs a program and waits for that one. */
#include "exhibit.h"
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

static int init(void) {
    char* const arguments[] = {"true", NULL};
    pid_t child;
    if (posix_spawnp(&child, "true", NULL, NULL, arguments, environ) != 0) return -1;
    waitpid(child, NULL, 0);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
