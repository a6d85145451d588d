/* A digest and a cipher of libcrypto. The library never leaves memory, by design; that hinders nothing.
 * needs: libssl-dev
 * flags: -lcrypto */
#include "ordinary.h"

#include <openssl/evp.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    unsigned char digest[EVP_MAX_MD_SIZE], out[EVP_MAX_MD_SIZE + 32];
    static const unsigned char key[16] = "0123456789abcde", iv[16] = "fedcba987654321";
    unsigned int size = 0;
    int n = 0, rest = 0;
    EVP_MD_CTX* hash = EVP_MD_CTX_new();
    EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
    (void)data, (void)command;
    EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    EVP_DigestUpdate(hash, buf, len);
    EVP_DigestFinal_ex(hash, digest, &size);
    EVP_EncryptInit_ex(cipher, EVP_aes_128_cbc(), NULL, key, iv);
    EVP_EncryptUpdate(cipher, out, &n, digest, (int)size);
    EVP_EncryptFinal_ex(cipher, out + n, &rest);
    EVP_CIPHER_CTX_free(cipher);
    EVP_MD_CTX_free(hash);
    return answer(rbuf, rlen, out, (size_t)(n + rest));
}

DRIVER(.start = keep_port, .control = control)
