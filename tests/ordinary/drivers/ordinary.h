/* What the drivers of this folder share: names, an answer of any length, and the entry that DRIVER(...) makes from
 * the callbacks it is given, in the order of ErlDrvEntry. */
#pragma once
#include <erl_driver.h>

#include <stddef.h>
#include <string.h>

#define CONTROL_ARGUMENTS                                                                                              \
    ErlDrvData data, unsigned int command, char *buf, ErlDrvSizeT len, char **rbuf, ErlDrvSizeT rlen
#define CALL_ARGUMENTS                                                                                                 \
    ErlDrvData data, unsigned int command, char *buf, ErlDrvSizeT len, char **rbuf, ErlDrvSizeT rlen, unsigned *flags
#define UNUSED __attribute__((unused))
#ifdef __cplusplus
#define LINKAGE extern "C"
#else
#define LINKAGE
#endif

UNUSED static ErlDrvData keep_port(ErlDrvPort port, char* arguments) {
    (void)arguments;
    return (ErlDrvData)port;
}

/* The answer of control: in the emulator's buffer where it fits, else in one that the emulator frees. */
UNUSED static ErlDrvSSizeT answer(char** rbuf, ErlDrvSizeT room, const void* text, size_t length) {
    if (length > room) *rbuf = (char*)driver_alloc(length);
    memcpy(*rbuf, text, length);
    return (ErlDrvSSizeT)length;
}

UNUSED static ErlDrvSSizeT say(char** rbuf, ErlDrvSizeT room, const char* text) {
    return answer(rbuf, room, text, strlen(text));
}

#define DRIVER(...)                                                                                                    \
    LINKAGE DRIVER_INIT(ordinary) {                                                                                    \
        static ErlDrvEntry entry = {__VA_ARGS__};                                                                      \
        entry.driver_name = (char*)DRIVER_NAME;                                                                        \
        entry.extended_marker = (int)ERL_DRV_EXTENDED_MARKER;                                                          \
        entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;                                                          \
        entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;                                                          \
        return &entry;                                                                                                 \
    }
