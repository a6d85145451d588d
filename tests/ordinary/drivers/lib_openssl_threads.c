/* Digests on two threads for each call, which are joined in it; each gives back what libcrypto keeps for it.
 * needs: libssl-dev
 * flags: -lcrypto */
#include "ordinary.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>

typedef struct {
    const char* text;
    size_t length;
    unsigned char digest[32];
} Work;

static void* hash(void* data) {
    Work* work = data;
    unsigned char salt[8];
    unsigned int size = 0;
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    RAND_bytes(salt, sizeof salt);
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    EVP_DigestUpdate(context, work->text, work->length);
    EVP_DigestFinal_ex(context, work->digest, &size);
    EVP_MD_CTX_free(context);
    OPENSSL_thread_stop();
    return NULL;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Work works[2] = {{buf, len, {0}}, {buf, len / 2, {0}}};
    pthread_t threads[2];
    (void)data, (void)command;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, hash, &works[i]) != 0) return 0;
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    return answer(rbuf, rlen, works[0].digest, sizeof works[0].digest);
}

DRIVER(.start = keep_port, .control = control)
