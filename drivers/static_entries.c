/* static_entries: one library, two drivers. The second, static_second, is added with add_driver_entry.
 *
 *   1  add_driver_entry                        2  remove_driver_entry of static_second -> its result
 *   3  remove_driver_entry of this driver -> its result
 *   4  add an entry whose init fails           5  how often init and finish of static_second ran -> "inits finishes" */
#include "reply.h"

static int inits, finishes;

static int second_init(void) {
    inits++;
    return 0;
}

static void second_finish(void) {
    finishes++;
}

static int failing_init(void) {
    return -1;
}

static ErlDrvData entries_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void second_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_output2((ErlDrvPort)data, "second ", 7, buf, len);
}

static ErlDrvEntry second = {
    .init = second_init,
    .start = entries_start,
    .output = second_output,
    .driver_name = "static_second",
    .finish = second_finish,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvEntry failing = {
    .init = failing_init,
    .start = entries_start,
    .driver_name = "static_failing",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvSSizeT entries_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen);

static ErlDrvEntry entry = {
    .start = entries_start,
    .driver_name = "static_entries",
    .control = entries_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvSSizeT entries_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        add_driver_entry(&second);
        return 0;
    case 2:
        return reply(rbuf, rlen, "%d", remove_driver_entry(&second));
    case 3:
        return reply(rbuf, rlen, "%d", remove_driver_entry(&entry));
    case 4:
        add_driver_entry(&failing);
        return 0;
    case 5:
        return reply(rbuf, rlen, "%d %d", inits, finishes);
    default:
        return -1;
    }
}

DRIVER_INIT(static_entries) {
    return &entry;
}
