/* Says goodbye on a thread that needs the loader. A destructor waits for it, and the loader waits for the destructor.
 */
#include "exhibit.h"
#include <dlfcn.h>
#include <pthread.h>

static void* say_goodbye(void* argument) {
    void* handle = dlopen("libm.so.6", RTLD_LAZY);
    if (handle) dlclose(handle);
    return argument;
}

__attribute__((destructor)) static void goodbye(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, say_goodbye, NULL) == 0) pthread_join(thread, NULL);
}

EXHIBIT(.start = keep_port)
