/* A megabyte for each port, from mmap, unmapped in stop. */
#include "exhibit.h"
#include <string.h>
#include <sys/mman.h>

enum { MEGABYTE = 1024 * 1024 };

static ErlDrvData start(ErlDrvPort port, char* command) {
    char* memory = mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return ERL_DRV_ERROR_ERRNO;
    memset(memory, 1, MEGABYTE);
    return (ErlDrvData)memory;
}

static void stop(ErlDrvData data) {
    munmap((void*)data, MEGABYTE);
}

EXHIBIT(.start = start, .stop = stop)
