/* control_conventions: every way to answer port_control.
 *
 *   1 tells what it was given: "rlen buf len"      2 ten bytes in the buffer given     3 a hundred in driver_alloc
 * memory 4 a null buffer, and says 5                    5 says -1                           6 says -5 7, 8 ten and no
 * bytes in the buffer given, binary flag     9 a binary of 10, says 3    10 a binary of 100, says 7 11 a null buffer,
 * binary flag, says 5 */
#include "reply.h"
#include <string.h>

static ErlDrvData control_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT binary_answer(char** rbuf, ErlDrvSizeT size, ErlDrvSSizeT says) {
    ErlDrvBinary* binary = driver_alloc_binary(size);
    memset(binary->orig_bytes, 'b', size);
    *rbuf = (char*)binary;
    return says;
}

static ErlDrvSSizeT control_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    set_port_control_flags(port, command >= 7 ? PORT_CONTROL_FLAG_BINARY : 0);
    switch (command) {
    case 1:
        return reply(rbuf, rlen, "%lu %s %lu", (unsigned long)rlen, buf ? "buf" : "null", (unsigned long)len);
    case 2:
    case 7:
        memcpy(*rbuf, "0123456789", 10);
        return 10;
    case 3:
        *rbuf = driver_alloc(100);
        memset(*rbuf, 'x', 100);
        return 100;
    case 4:
    case 11:
        *rbuf = NULL;
        return 5;
    case 5:
        return -1;
    case 6:
        return -5;
    case 8:
        return 0;
    case 9:
        return binary_answer(rbuf, 10, 3);
    case 10:
        return binary_answer(rbuf, 100, 7);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = control_start,
    .driver_name = "control_conventions",
    .control = control_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(control_conventions) {
    return &entry;
}
