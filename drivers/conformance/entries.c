/* entries: one library, several drivers. The second one, "added", answers a command with "added: " in front.
 *
 *   port_control(P, 1, [])     add the driver -> what init of it was called so far: "init 1"
 *   port_control(P, 2, [])     remove it -> the result
 *   port_control(P, 3, [])     remove the driver that was loaded -> the result
 *   port_control(P, 4, [])     add a driver whose init fails, then remove it -> the result */
#include "reply.h"

static int inits;

static int added_init(void) {
    inits++;
    return 0;
}

static int failing_init(void) {
    return -1;
}

static ErlDrvData entries_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void added_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_output2((ErlDrvPort)data, "added: ", 7, buf, len);
}

static ErlDrvEntry added = {
    .init = added_init,
    .start = entries_start,
    .output = added_output,
    .driver_name = "added",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvEntry failing = {
    .init = failing_init,
    .driver_name = "added_in_vain",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

static ErlDrvSSizeT entries_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen);

static ErlDrvEntry entry = {
    .start = entries_start,
    .driver_name = "entries",
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
        add_driver_entry(&added);
        return reply(rbuf, rlen, "init %d", inits);
    case 2:
        return reply(rbuf, rlen, "%d", remove_driver_entry(&added));
    case 3:
        return reply(rbuf, rlen, "%d", remove_driver_entry(&entry));
    case 4:
        add_driver_entry(&failing);
        return reply(rbuf, rlen, "%d", remove_driver_entry(&failing));
    default:
        return -1;
    }
}

DRIVER_INIT(entries) {
    return &entry;
}
