/* names: an atom that is too long, and an entry that is changed too late. */
#include "frame.h"

static ErlDrvEntry entry;

static void late_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_output((ErlDrvPort)data, buf, len);
}

static ErlDrvSSizeT names_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    char name[300];
    (void)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    memset(name, 'n', sizeof name);
    switch (command) {
    case 1: /* one character too many: it is cut off, and two long names may become the same */
        name[256] = '\0';
        driver_mk_atom(name);
        return 0;
    case 2:
        name[255] = '\0';
        driver_mk_atom(name);
        return 0;
    case 3: /* nobody looks at the entry again */
        entry.output = late_output;
        return 0;
    case 4:
        entry.handle = NULL; /* what it was */
        return 0;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = keep_port,
    .driver_name = "names",
    .control = names_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(names) {
    entry.timeout = NULL; /* in driver_init there is still time */
    return &entry;
}
