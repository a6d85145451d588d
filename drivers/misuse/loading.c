/* loading: libraries and driver entries that are handled wrongly. */
#include "frame.h"

static void* library;
static int remove_entry, close_library, ask_in_finish;

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
    case 5: /* adds an entry that nobody will take out */
        add_driver_entry(&second);
        return 0;
    case 6:
        remove_entry = 1;
        add_driver_entry(&second);
        return 0;
    case 9: /* opened, and nobody will close it */
        library = driver_dl_open(path);
        return 0;
    case 10:
        library = driver_dl_open(path);
        close_library = 1;
        return 0;
    case 7: /* takes the entry out, whether it has ports or not */
        return reply(rbuf, rlen, "%d", remove_driver_entry(&second));
    case 11: /* finish will call what needs the list of drivers */
        ask_in_finish = 1;
        return 0;
    case 12:
        driver_dl_error();
        return 0;
    default:
        return -1;
    }
}

static void loading_stop(ErlDrvData data) {
    (void)data;
    if (close_library) driver_dl_close(library);
    if (remove_entry) remove_driver_entry(&second);
}

static void loading_finish(void) {
    if (ask_in_finish) driver_dl_error();
}

MISUSE_ENTRY("loading", loading_control, .start = keep_port, .stop = loading_stop, .finish = loading_finish)
