/* Destroys a mutex that it holds. */
#include "exhibit.h"

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char name[] = "exhibit_lock";
    ErlDrvMutex* lock = erl_drv_mutex_create(name);
    erl_drv_mutex_lock(lock);
    erl_drv_mutex_destroy(lock);
    return 0;
}

EXHIBIT(.start = keep_port, .control = control)
