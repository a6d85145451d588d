/* Each port opens a file, and stop closes it. */
#include "exhibit.h"
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

static ErlDrvData start(ErlDrvPort port, char* command) {
    int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return file < 0 ? ERL_DRV_ERROR_GENERAL : (ErlDrvData)(intptr_t)file;
}

static void stop(ErlDrvData data) {
    close((int)(intptr_t)data);
}

EXHIBIT(.start = start, .stop = stop)
