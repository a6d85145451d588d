/* Says goodbye on a thread that needs the loader. finish waits for it, when the loader has nothing to do yet. */
#include "exhibit.h"
#include <dlfcn.h>
#include <pthread.h>

static void* say_goodbye(void* argument) {
    void* handle = dlopen("libm.so.6", RTLD_LAZY);
    if (handle) dlclose(handle);
    return argument;
}

static void goodbye(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, say_goodbye, NULL) == 0) pthread_join(thread, NULL);
}

EXHIBIT(.start = keep_port, .finish = goodbye)
