/* binaries: mistakes with driver binaries. */
#include "frame.h"

static ErlDrvSSizeT binaries_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                     ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    ErlDrvBinary* binary = driver_alloc_binary(100);
    memset(binary->orig_bytes, 'a', 100);
    switch (command) {
    case 1: /* freed once too often */
        driver_free_binary(binary);
        driver_free_binary(binary);
        break;
    case 2:
        driver_binary_inc_refc(binary);
        driver_free_binary(binary);
        driver_free_binary(binary);
        break;
    case 3: /* more than it has */
        driver_output_binary(port, NULL, 0, binary, 50, 51);
        driver_free_binary(binary);
        break;
    case 4:
        driver_output_binary(port, NULL, 0, binary, 50, 50);
        driver_free_binary(binary);
        break;
    case 5: /* changed after it was sent: whoever received it sees it change */
        driver_output_binary(port, NULL, 0, binary, 0, 100);
        binary->orig_bytes[99] = 'b';
        driver_free_binary(binary);
        break;
    case 6:
        binary->orig_bytes[99] = 'b';
        driver_output_binary(port, NULL, 0, binary, 0, 100);
        driver_free_binary(binary);
        break;
    default:
        driver_free_binary(binary);
        return -1;
    }
    return 0;
}

MISUSE_ENTRY("binaries", binaries_control, .start = keep_port)
