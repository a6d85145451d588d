/* Says goodbye on a thread that needs the loader. finish waits for it, when the loader has nothing to do yet. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <dlfcn.h>
#include <pthread.h>

static void* say_goodbye(void* argument) {
    Dl_info self;
    return dladdr((void*)say_goodbye, &self) ? argument : NULL;
}

static void goodbye(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, say_goodbye, NULL) == 0) pthread_join(thread, NULL);
}

EXHIBIT(.start = keep_port, .finish = goodbye)
