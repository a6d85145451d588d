/* Asks the loader never to unmap it (RTLD_NODELETE), and every reload keeps running this code. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <dlfcn.h>

static int init(void) {
    Dl_info self;
    if (!dladdr((void*)init, &self)) return -1;
    void* handle = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (handle) dlclose(handle);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
