/* call_conventions: every way to answer erlang:port_call. There is no control callback.
 *
 *   1 echo in the buffer given     2 says 0           3 says -1              4 "abc", which is no term
 *   5 131, 255: no known tag       6 a static buffer kept by the driver -> 42
 *   7 a term and three bytes more -> 42                8 two of the three bytes of a term
 *   9 echo in driver_alloc memory                        10 the first byte of what it was given
 *   11 what it was given, kept where it lies             12 the bytes of the binary that it was given
 *   13 the bytes that it was given, as a binary
 *   24 and more: what lies so far behind the front of what it was given, kept there */
#include <erl_driver.h>
#include <string.h>

static ErlDrvData call_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT answer(char** rbuf, const char* bytes, ErlDrvSizeT count, ErlDrvSSizeT says) {
    memcpy(*rbuf, bytes, count);
    return says;
}

static ErlDrvSSizeT call_call(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                              ErlDrvSizeT rlen, unsigned int* flags) {
    static char forty_two[] = {(char)131, 97, 42};
    (void)data;
    switch (command) {
    case 1:
        return len > rlen ? -1 : answer(rbuf, buf, len, (ErlDrvSSizeT)len);
    case 2:
        return 0;
    case 3:
        return -1;
    case 4:
        return answer(rbuf, "abc", 3, 3);
    case 5:
        return answer(rbuf, "\203\377", 2, 2);
    case 6:
        *rbuf = forty_two;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
        return sizeof forty_two;
    case 7:
        return answer(rbuf, "\203a*xyz", 6, 6);
    case 8:
        return answer(rbuf, "\203a*", 3, 2);
    case 9:
        *rbuf = driver_alloc(len);
        memcpy(*rbuf, buf, len);
        return (ErlDrvSSizeT)len;
    case 10: {
        const char byte[] = {(char)131, 97, buf[0]};
        return answer(rbuf, byte, sizeof byte, sizeof byte);
    }
    case 11:
        *rbuf = buf;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
        return (ErlDrvSSizeT)len;
    case 12: /* behind 131, 109 and the size */
        return len - 6 > rlen ? -1 : answer(rbuf, buf + 6, len - 6, (ErlDrvSSizeT)len - 6);
    case 13: {
        const char head[] = {(char)131, 109, 0, 0, (char)(len >> 8), (char)len};
        *rbuf = driver_alloc(sizeof head + len);
        memcpy(*rbuf, head, sizeof head);
        memcpy(*rbuf + sizeof head, buf, len);
        return (ErlDrvSSizeT)(sizeof head + len);
    }
    default:
        if (command < 24 || command > len) return -1;
        *rbuf = buf + command;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
        return (ErlDrvSSizeT)(len - command);
    }
}

static ErlDrvEntry entry = {
    .start = call_start,
    .driver_name = "call_conventions",
    .call = call_call,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(call_conventions) {
    return &entry;
}
