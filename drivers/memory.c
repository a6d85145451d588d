/* memory: allocation and binaries, each answer a line of results.
 *
 *   1 alloc(0), realloc from null, realloc keeps the bytes, free(null)     2 refcounts of a binary: new, inc, dec
 *   3 realloc_binary keeps the bytes and sets orig_size; from null         4 alignment of blocks and of binary data */
#include "reply.h"
#include <stdint.h>
#include <string.h>

static ErlDrvData memory_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT blocks(char** rbuf, ErlDrvSizeT rlen) {
    void* empty = driver_alloc(0);
    char* block = driver_realloc(NULL, 4);
    memcpy(block, "keep", 4);
    block = driver_realloc(block, 100000);
    const char* kept = memcmp(block, "keep", 4) == 0 ? "kept" : "lost";
    ErlDrvSSizeT length = reply(rbuf, rlen, "%s %s", empty ? "block" : "null", kept);
    driver_free(block);
    driver_free(empty);
    driver_free(NULL);
    return length;
}

static ErlDrvSSizeT refcounts(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvBinary* binary = driver_alloc_binary(10);
    long fresh = driver_binary_get_refc(binary);
    long more = driver_binary_inc_refc(binary);
    long less = driver_binary_dec_refc(binary);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%ld %ld %ld %ld", (long)binary->orig_size, fresh, more, less);
    driver_free_binary(binary);
    driver_free_binary(NULL);
    return length;
}

static ErlDrvSSizeT resized(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvBinary* binary = driver_realloc_binary(NULL, 4);
    memcpy(binary->orig_bytes, "keep", 4);
    long before = (long)binary->orig_size;
    binary = driver_realloc_binary(binary, 1000);
    long after = (long)binary->orig_size;
    const char* kept = memcmp(binary->orig_bytes, "keep", 4) == 0 ? "kept" : "lost";
    ErlDrvSSizeT length = reply(rbuf, rlen, "%ld %ld %s", before, after, kept);
    driver_free_binary(binary);
    return length;
}

static ErlDrvSSizeT aligned(char** rbuf, ErlDrvSizeT rlen) {
    void* block = driver_alloc(24);
    ErlDrvBinary* binary = driver_alloc_binary(24);
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%d %d", (int)((uintptr_t)block % 8), (int)((uintptr_t)binary->orig_bytes % 8));
    driver_free(block);
    driver_free_binary(binary);
    return length;
}

static ErlDrvSSizeT memory_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                   ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return blocks(rbuf, rlen);
    case 2:
        return refcounts(rbuf, rlen);
    case 3:
        return resized(rbuf, rlen);
    case 4:
        return aligned(rbuf, rlen);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = memory_start,
    .driver_name = "memory",
    .control = memory_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(memory) {
    return &entry;
}
