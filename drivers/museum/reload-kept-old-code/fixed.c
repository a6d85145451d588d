/* Opens itself only to look, and keeps nothing. */
#define _GNU_SOURCE
#include "exhibit.h"
#include <dlfcn.h>

static int init(void) {
    Dl_info self;
    if (!dladdr((void*)init, &self)) return -1;
    void* handle = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (handle) dlclose(handle);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
