/* Data of the driver's own in each SSL_CTX, with a function that frees it. libcrypto stays and keeps the function; each
 * SSL_CTX that is freed later calls it. A node that is lucky has the next one at the same place.
 * needs: libssl-dev
 * flags: -lssl -lcrypto
 * true: driver-crashed
 * node: dies well */
#include "ordinary.h"

#include <openssl/ssl.h>
#include <stdlib.h>

static int place;

static void drop(void* parent, void* data, CRYPTO_EX_DATA* all, int index, long number, void* pointer) {
    (void)parent, (void)all, (void)index, (void)number, (void)pointer;
    free(data);
}
static int init(void) {
    place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, drop);
    return place < 0 ? -1 : 0;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    SSL_CTX* context = SSL_CTX_new(TLS_method());
    (void)port, (void)arguments;
    SSL_CTX_set_ex_data(context, place, calloc(1, sizeof(int)));
    return (ErlDrvData)context;
}
static void stop(ErlDrvData data) {
    SSL_CTX_free((SSL_CTX*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    int* calls = SSL_CTX_get_ex_data((SSL_CTX*)data, place);
    (void)command, (void)buf, (void)len;
    ++*calls;
    return answer(rbuf, rlen, calls, sizeof *calls);
}

DRIVER(.init = init, .start = start, .stop = stop, .control = control)
