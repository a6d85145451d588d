/* results: mistakes in what control and call leave for the emulator. */
#include "frame.h"

static char own_buffer[128];

static ErlDrvSSizeT results_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    (void)buf;
    (void)len;
    memset(*rbuf, 'r', rlen);
    switch (command) {
    case 1: /* more than the given buffer holds */
        return (ErlDrvSSizeT)rlen + 1;
    case 2:
        return (ErlDrvSSizeT)rlen;
    case 3: /* with PORT_CONTROL_FLAG_BINARY, a buffer of one's own that is no driver binary */
        set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
        *rbuf = driver_alloc(100);
        return 100;
    case 4: {
        set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
        ErlDrvBinary* binary = driver_alloc_binary(100);
        memset(binary->orig_bytes, 'b', 100);
        *rbuf = (char*)binary;
        return 100;
    }
    case 5: /* a buffer that the emulator cannot free */
        set_port_control_flags(port, 0);
        *rbuf = own_buffer;
        return 100;
    case 6:
        set_port_control_flags(port, 0);
        *rbuf = driver_alloc(100);
        memset(*rbuf, 'd', 100);
        return 100;
    default:
        return -1;
    }
}

/* {Port, Command} of erlang:port_call; every good result is the integer 42 in the external format. */
static ErlDrvSSizeT results_call(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen, unsigned int* flags) {
    static char term[3] = {(char)131, 97, 42};
    (void)data;
    (void)buf;
    (void)len;
    (void)rlen;
    switch (command) {
    case 1: /* a length, and nothing that long */
        *rbuf = NULL;
        return 3;
    case 2:
        memcpy(*rbuf, term, 3);
        return 3;
    case 3: /* a buffer that the emulator cannot free */
        *rbuf = term;
        return 3;
    case 4:
        *rbuf = term;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
        return 3;
    default:
        return -1;
    }
}

MISUSE_ENTRY("results", results_control, .start = keep_port, .call = results_call)
