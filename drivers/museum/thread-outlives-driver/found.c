/* A thread that works once in 50 ms. Nobody ends it: after the unload it runs where nothing is. */
#include "exhibit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static pthread_t worker;
static atomic_int ending;
static atomic_long rounds;

static void* work(void* argument) {
    while (!ending) {
        usleep(50000);
        rounds++;
    }
    return argument;
}

static int init(void) {
    return pthread_create(&worker, NULL, work, NULL);
}

EXHIBIT(.init = init, .start = keep_port)
