/* A key for thread-specific data, destroyed in finish. Tells its number. */
#include "exhibit.h"

static ErlDrvTSDKey key;

static int init(void) {
    char name[] = "exhibit_key";
    return erl_drv_tsd_key_create(name, &key);
}

static void finish(void) {
    erl_drv_tsd_key_destroy(key);
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[2] = {(char)('0' + key % 10), 0};
    return say(rbuf, text);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish, .control = control)
