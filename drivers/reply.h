#pragma once
/* How the sample drivers answer port_control: printf into the caller's buffer, which becomes a list of characters
 * (or a binary where the driver asked for PORT_CONTROL_FLAG_BINARY). Longer answers move to driver_alloc memory, so
 * only drivers without that flag may send more than 64 bytes. */
#include <erl_driver.h>
#include <stdarg.h>
#include <stdio.h>

static inline ErlDrvSSizeT reply(char** rbuf, ErlDrvSizeT rlen, const char* format, ...)
    __attribute__((format(printf, 3, 4), unused));

static inline ErlDrvSSizeT reply(char** rbuf, ErlDrvSizeT rlen, const char* format, ...) {
    char text[2048];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof text) return -1;
    if ((ErlDrvSizeT)length > rlen) *rbuf = (char*)driver_alloc((ErlDrvSizeT)length);
    for (int i = 0; i < length; i++) (*rbuf)[i] = text[i];
    return length;
}
