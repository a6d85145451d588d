/* heap: mistakes with driver_alloc memory. */
#include "frame.h"

static ErlDrvSSizeT heap_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    char* volatile block = driver_alloc(24); /* volatile: the compiler must not see through the mistakes */
    char* volatile another;
    switch (command) {
    case 1: /* freed twice */
        driver_free(block);
        driver_free(block);
        break;
    case 2:
        driver_free(block);
        block = NULL;
        driver_free(block); /* NULL is ignored */
        break;
    case 3: /* memory of malloc given to driver_free */
        another = malloc(24);
        driver_free(another);
        driver_free(block);
        break;
    case 4:
        another = malloc(24);
        free(another);
        driver_free(block);
        break;
    case 5: /* written one byte too far */
        memset(block, 'x', 25);
        driver_free(block);
        break;
    case 6:
        memset(block, 'x', 24);
        driver_free(block);
        break;
    case 7: /* written in front of its beginning */
        block[-1] = 'x';
        driver_free(block);
        break;
    case 8:
        block[0] = 'x';
        driver_free(block);
        break;
    case 9: /* written after it was freed */
        driver_free(block);
        block[3] = 'x';
        break;
    case 10:
        block[3] = 'x';
        driver_free(block);
        break;
    case 11: /* forgotten */
        break;
    case 12:
        driver_free(block);
        break;
    case 13: /* memory of driver_alloc given to free */
        free(block);
        break;
    default:
        driver_free(block);
        return -1;
    }
    return 0;
}

MISUSE_ENTRY("heap", heap_control, .start = keep_port)
