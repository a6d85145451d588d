/* A thread that works once in 50 ms. finish ends it and waits for it. */
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

static void finish(void) {
    ending = 1;
    pthread_join(worker, NULL);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
