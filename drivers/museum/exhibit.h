#pragma once
/* What all exhibits share, so that each file shows nothing but its idea. An exhibit is a driver called "exhibit":
 *
 *   EXHIBIT(.start = keep_port, .control = control)   its entry, callbacks in the order of ErlDrvEntry
 *
 * name, marker and version are filled in where the exhibit does not say otherwise. WHICH is "found", "fixed" or "old":
 * the folder that the library is built into. */
#include <erl_driver.h>
#include <stddef.h>

#define CONTROL_ARGUMENTS                                                                                              \
    ErlDrvData data, unsigned int command, char *buf, ErlDrvSizeT len, char **rbuf, ErlDrvSizeT rlen

#define CALL_ARGUMENTS CONTROL_ARGUMENTS, unsigned int* flags

/* The start of exhibits whose data is their port. */
__attribute__((unused)) static ErlDrvData keep_port(ErlDrvPort port, char* command) {
    return (ErlDrvData)port;
}

/* What a control callback returns to answer with a short text. */
__attribute__((unused)) static ErlDrvSSizeT say(char** rbuf, const char* text) {
    ErlDrvSSizeT length = 0;
    for (; text[length] && length < 64; length++) (*rbuf)[length] = text[length];
    return length;
}

/* The control of exhibits that are only asked which one they are. */
__attribute__((unused)) static ErlDrvSSizeT which(CONTROL_ARGUMENTS) {
    return say(rbuf, WHICH);
}

#define EXHIBIT_ENTRY(...)                                                                                             \
    static ErlDrvEntry* exhibit_entry(void) {                                                                          \
        static ErlDrvEntry entry = {__VA_ARGS__};                                                                      \
        if (!entry.driver_name) entry.driver_name = (char*)"exhibit";                                                  \
        if (!entry.minor_version) entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;                                \
        entry.extended_marker = (int)ERL_DRV_EXTENDED_MARKER;                                                          \
        entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;                                                          \
        return &entry;                                                                                                 \
    }

#ifdef __cplusplus
#define EXHIBIT_LINKAGE extern "C"
#else
#define EXHIBIT_LINKAGE
#endif

#define EXHIBIT(...)                                                                                                   \
    EXHIBIT_ENTRY(__VA_ARGS__)                                                                                         \
    EXHIBIT_LINKAGE DRIVER_INIT(exhibit) {                                                                             \
        return exhibit_entry();                                                                                        \
    }
