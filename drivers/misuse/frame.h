#pragma once
/* What every driver in this folder has around its mistakes. port_control(P, Command, Data): of each pair of commands
 * the odd one makes the mistake that its comment names, the even one after it comes close and is right. */
#include "../reply.h"

#include <stdlib.h>
#include <string.h>

typedef ErlDrvSSizeT Control(ErlDrvData, unsigned int, char*, ErlDrvSizeT, char**, ErlDrvSizeT);

static inline ErlDrvData keep_port(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

/* Other members may follow. */
#define MISUSE_ENTRY(name, control_function, ...)                                                                      \
    static ErlDrvEntry entry = {.driver_name = name,                                                                   \
                                .control = control_function,                                                           \
                                .extended_marker = ERL_DRV_EXTENDED_MARKER,                                            \
                                .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,                                       \
                                .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,                                       \
                                __VA_ARGS__};                                                                          \
    DRIVER_INIT(misuse) {                                                                                              \
        return &entry;                                                                                                 \
    }
