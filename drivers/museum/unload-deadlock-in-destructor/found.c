/* Says goodbye on a thread that needs the loader. A destructor waits for it, and the loader waits for the destructor.
 */
#define _GNU_SOURCE
#include "exhibit.h"
#include <dlfcn.h>
#include <pthread.h>

static void* say_goodbye(void* argument) {
    Dl_info self;
    return dladdr((void*)say_goodbye, &self) ? argument : NULL;
}

__attribute__((destructor)) static void goodbye(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, say_goodbye, NULL) == 0) pthread_join(thread, NULL);
}

EXHIBIT(.start = keep_port)
