/* loading: libraries and driver entries that are handled wrongly. */
#include "frame.h"

static void* library;
static int keep_entry, close_library;

static ErlDrvEntry second = {
    .start = keep_port,
    .driver_name = "loading_second",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvSSizeT loading_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    char path[256] = "";
    (void)data;
    memcpy(path, buf, len < sizeof path ? len : sizeof path - 1); /* of a library, without .so, for 1 to 4 */
    switch (command) {
    case 1: /* closed twice */
        library = driver_dl_open(path);
        driver_dl_close(library);
        driver_dl_close(library);
        return 0;
    case 2:
        library = driver_dl_open(path);
        driver_dl_close(library);
        return 0;
    case 3: /* asked for what it does not have */
        library = driver_dl_open(path);
        driver_dl_sym(library, "question");
        driver_dl_close(library);
        return 0;
    case 4:
        library = driver_dl_open(path);
        driver_dl_sym(library, "answer");
        driver_dl_close(library);
        return 0;
    case 5: /* adds an entry, and finish will not take it out */
        keep_entry = 1;
        add_driver_entry(&second);
        return 0;
    case 6:
        keep_entry = 0;
        add_driver_entry(&second);
        return 0;
    case 9: /* opened, and finish will not close it */
        library = driver_dl_open(path);
        return 0;
    case 10:
        library = driver_dl_open(path);
        close_library = 1;
        return 0;
    case 7: /* takes the entry out, whether it has ports or not */
        return reply(rbuf, rlen, "%d", remove_driver_entry(&second));
    default:
        return -1;
    }
}

static void loading_finish(void) {
    if (close_library) driver_dl_close(library);
    if (!keep_entry) remove_driver_entry(&second);
}

MISUSE_ENTRY("loading", loading_control, .start = keep_port, .finish = loading_finish)
