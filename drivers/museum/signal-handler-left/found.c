/* Handles SIGWINCH, still when it is gone. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <signal.h>

static volatile sig_atomic_t resized;

static void handle(int number) {
    resized = 1;
}

static int init(void) {
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART | SA_ONSTACK};
    return sigaction(SIGWINCH, &action, NULL);
}

EXHIBIT(.init = init, .start = keep_port)
