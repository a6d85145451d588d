/* Handles SIGWINCH, and gives it back when it goes. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <signal.h>

static volatile sig_atomic_t resized;
static struct sigaction before;

static void handle(int number) {
    resized = 1;
}

static int init(void) {
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART | SA_ONSTACK};
    return sigaction(SIGWINCH, &action, &before);
}

static void finish(void) {
    sigaction(SIGWINCH, &before, NULL);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
