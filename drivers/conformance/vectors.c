/* vectors: puts the two pieces "abc" and "defg" into the port's queue, all but the bytes told to skip.
 *
 *   port_control(P, 1, "N")    driver_enqv, pieces without binaries     port_control(P, 2, "N")    pieces in binaries
 *   port_control(P, 3, "N")    driver_pushqv, pieces in binaries        port_control(P, 4, "N")    without binaries
 *   port_control(P, 5, [])     the queue, piece by piece
 *
 * The answer to 1 and 4 is the result; to 2 and 3 the result and the reference counts of both binaries. */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

static ErlDrvData vectors_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void vectors_flush(ErlDrvData data) {
    driver_deq((ErlDrvPort)data, driver_sizeq((ErlDrvPort)data));
}

typedef int Add(ErlDrvPort port, ErlIOVec* vector, ErlDrvSizeT skip);

static ErlDrvSSizeT add_plain(Add* add, ErlDrvPort port, ErlDrvSizeT skip, char** rbuf, ErlDrvSizeT rlen) {
    SysIOVec pieces[] = {{"abc", 3}, {"defg", 4}};
    ErlDrvBinary* binaries[] = {NULL, NULL};
    ErlIOVec vector = {.vsize = 2, .size = 7, .iov = pieces, .binv = binaries};
    return reply(rbuf, rlen, "%d", add(port, &vector, skip));
}

static ErlDrvBinary* binary_of(const char* text, ErlDrvSizeT length) {
    ErlDrvBinary* binary = driver_alloc_binary(length);
    memcpy(binary->orig_bytes, text, length);
    return binary;
}

static ErlDrvSSizeT add_binaries(Add* add, ErlDrvPort port, ErlDrvSizeT skip, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvBinary* first = binary_of("abc", 3);
    ErlDrvBinary* second = binary_of("defg", 4);
    SysIOVec pieces[] = {{first->orig_bytes, 3}, {second->orig_bytes, 4}};
    ErlDrvBinary* binaries[] = {first, second};
    ErlIOVec vector = {.vsize = 2, .size = 7, .iov = pieces, .binv = binaries};
    int result = add(port, &vector, skip);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%d refc %ld %ld", result, (long)driver_binary_get_refc(first),
                                (long)driver_binary_get_refc(second));
    driver_free_binary(first);
    driver_free_binary(second);
    return length;
}

static ErlDrvSSizeT show(ErlDrvPort port, char** rbuf, ErlDrvSizeT rlen) {
    ErlIOVec queue;
    char text[256] = "";
    ErlDrvSizeT size = driver_peekqv(port, &queue);
    int used = snprintf(text, sizeof text, "%lu:", (unsigned long)size);
    for (int i = 0; i < queue.vsize && used < (int)sizeof text - 1; i++)
        used +=
            snprintf(text + used, sizeof text - used, " %.*s", (int)queue.iov[i].iov_len, (char*)queue.iov[i].iov_base);
    return reply(rbuf, rlen, "%s", text);
}

static ErlDrvSSizeT vectors_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    char text[16] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    ErlDrvSizeT skip = strtoul(text, NULL, 10);
    switch (command) {
    case 1:
        return add_plain(driver_enqv, port, skip, rbuf, rlen);
    case 2:
        return add_binaries(driver_enqv, port, skip, rbuf, rlen);
    case 3:
        return add_binaries(driver_pushqv, port, skip, rbuf, rlen);
    case 4:
        return add_plain(driver_pushqv, port, skip, rbuf, rlen);
    case 5:
        return show(port, rbuf, rlen);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = vectors_start,
    .driver_name = "vectors",
    .control = vectors_control,
    .flush = vectors_flush,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(vectors) {
    return &entry;
}
