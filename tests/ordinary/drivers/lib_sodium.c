/* Boxes with libsodium, a key for each port in guarded memory.
 * needs: libsodium-dev
 * flags: -lsodium */
#include "ordinary.h"

#include <sodium.h>

static int init(void) {
    return sodium_init() < 0 ? -1 : 0;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    unsigned char* key = sodium_malloc(crypto_secretbox_KEYBYTES);
    (void)port, (void)arguments;
    if (key == NULL) return ERL_DRV_ERROR_GENERAL;
    crypto_secretbox_keygen(key);
    return (ErlDrvData)key;
}
static void stop(ErlDrvData data) {
    sodium_free(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    unsigned char nonce[crypto_secretbox_NONCEBYTES], box[256 + crypto_secretbox_MACBYTES];
    const size_t size = len < 256 ? len : 256;
    (void)command;
    randombytes_buf(nonce, sizeof nonce);
    crypto_secretbox_easy(box, (unsigned char*)buf, size, nonce, (unsigned char*)data);
    return answer(rbuf, rlen, box, size + crypto_secretbox_MACBYTES);
}

DRIVER(.init = init, .start = start, .stop = stop, .control = control)
