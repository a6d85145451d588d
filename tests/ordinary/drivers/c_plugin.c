/* Opens a library by hand in init, calls a function of it, and closes it in finish. */
#include "ordinary.h"

#include <dlfcn.h>
#include <stdio.h>

static void* library;
static double (*cosine)(double);

static int init(void) {
    library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    if (!library) return -1;
    *(void**)&cosine = dlsym(library, "cos");
    return cosine ? 0 : -1;
}
static void finish(void) {
    dlclose(library);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[32];
    (void)data, (void)buf, (void)len;
    snprintf(text, sizeof text, "%.4f", cosine(command));
    return say(rbuf, rlen, text);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
