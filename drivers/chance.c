/* chance: port_control 1 answers with four random bytes; 2 sends the owner {data, Bytes} with as many bytes as the text
 * given says. */
#include "reply.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static ErlDrvData chance_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT chance_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                   ErlDrvSizeT rlen) {
    char digits[16] = "";
    if (command == 1) return getrandom(*rbuf, 4, 0);
    (void)rlen;
    memcpy(digits, buf, len < sizeof digits ? len : sizeof digits - 1);
    ErlDrvSizeT size = (ErlDrvSizeT)atol(digits);
    char* bytes = driver_alloc(size);
    for (ErlDrvSizeT i = 0; i < size; i++) bytes[i] = (char)(i % 251);
    driver_output((ErlDrvPort)data, bytes, size);
    driver_free(bytes);
    return 0;
}

static ErlDrvEntry entry = {
    .start = chance_start,
    .driver_name = "chance",
    .control = chance_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(chance) {
    return &entry;
}
