/* ledger: a driver whose state has to survive its replacement, in two versions that keep it in different shapes. v1
 * knows the total only, v2 also how many entries made it up. The second version is choosy: its init refuses to start
 * where the environment variable LEDGER_FORMAT allows format 1 only.
 *
 *   port_control(P, 1, Text)    book the number in Text -> the new total
 *   port_control(P, 2, [])      total -> "42" in v1, "42 in 3 entries" in v2
 *   port_control(P, 3, [])      version -> "v1" or "v2"
 *   port_control(P, 4, Format)  save everything in that format -> "1 42" or "2 42 3". badarg: this version cannot write
 * it port_control(P, 5, Saved)   take over what was saved -> "ok". badarg: this version cannot read it
 *
 * v2 writes and reads both formats, so that there is a way there and a way back. */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BOOK = 1, TOTAL = 2, VERSION_OF = 3, SAVE = 4, RESTORE = 5 };

typedef struct {
    long total;
#if VERSION >= 2
    long entries;
#endif
} Ledger;

static int ledger_init(void) {
#if VERSION >= 2
    char allowed[8];
    size_t size = sizeof allowed;
    if (erl_drv_getenv("LEDGER_FORMAT", allowed, &size) == 0 && strcmp(allowed, "1") == 0) return -1;
#endif
    return 0;
}

static void ledger_finish(void) {}

static ErlDrvData ledger_start(ErlDrvPort port, char* command) {
    (void)port;
    (void)command;
    Ledger* ledger = driver_alloc(sizeof *ledger);
    if (!ledger) {
        errno = ENOMEM;
        return ERL_DRV_ERROR_ERRNO;
    }
    memset(ledger, 0, sizeof *ledger);
    return (ErlDrvData)ledger;
}

static void ledger_stop(ErlDrvData data) {
    driver_free(data);
}

static void book(Ledger* ledger, long amount) {
    ledger->total += amount;
#if VERSION >= 2
    ledger->entries += 1;
#endif
}

static ErlDrvSSizeT save(const Ledger* ledger, const char* format, char** rbuf, ErlDrvSizeT rlen) {
    if (strcmp(format, "1") == 0) return reply(rbuf, rlen, "1 %ld", ledger->total);
#if VERSION >= 2
    if (strcmp(format, "2") == 0) return reply(rbuf, rlen, "2 %ld %ld", ledger->total, ledger->entries);
#endif
    return -1;
}

static int restore(Ledger* ledger, const char* saved) {
    char after;
    Ledger read;
    memset(&read, 0, sizeof read);
#if VERSION >= 2
    if (sscanf(saved, "2 %ld %ld%c", &read.total, &read.entries, &after) == 2) {
        *ledger = read;
        return 0;
    }
    read.entries = 1; // format 1 does not tell: all that was booked counts as one entry
#endif
    if (sscanf(saved, "1 %ld%c", &read.total, &after) != 1) return -1;
    *ledger = read;
    return 0;
}

static ErlDrvSSizeT ledger_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                   ErlDrvSizeT rlen) {
    Ledger* ledger = (Ledger*)data;
    char text[64];
    if (len >= sizeof text) return -1;
    memcpy(text, buf, len);
    text[len] = 0;
    switch (command) {
    case BOOK:
        book(ledger, strtol(text, NULL, 10));
        return reply(rbuf, rlen, "%ld", ledger->total);
    case TOTAL:
#if VERSION >= 2
        return reply(rbuf, rlen, "%ld in %ld entries", ledger->total, ledger->entries);
#else
        return reply(rbuf, rlen, "%ld", ledger->total);
#endif
    case VERSION_OF:
        return reply(rbuf, rlen, "v%d", VERSION);
    case SAVE:
        return save(ledger, text, rbuf, rlen);
    case RESTORE:
        return restore(ledger, text) == 0 ? reply(rbuf, rlen, "ok") : -1;
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .init = ledger_init,
    .start = ledger_start,
    .stop = ledger_stop,
    .driver_name = "ledger",
    .finish = ledger_finish,
    .control = ledger_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(ledger) {
    return &entry;
}
