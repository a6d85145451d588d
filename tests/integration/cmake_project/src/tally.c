/* tally: counts the words of texts.
 *
 *   port_control(P, 1, Text)  count the words of Text -> words so far
 *   port_control(P, 2, [])    -> words so far */
#include <ctype.h>
#include <erl_driver.h>
#include <errno.h>
#include <stdio.h>

enum { COUNT = 1, TOTAL = 2 };

typedef struct {
    unsigned long words;
} Tally;

static ErlDrvData tally_start(ErlDrvPort port, char* command) {
    (void)port;
    (void)command;
    Tally* tally = driver_alloc(sizeof *tally);
    if (!tally) {
        errno = ENOMEM;
        return ERL_DRV_ERROR_ERRNO;
    }
    tally->words = 0;
    return (ErlDrvData)tally;
}

static void tally_stop(ErlDrvData data) {
    driver_free(data);
}

static unsigned long words_of(const char* text, size_t length) {
    unsigned long words = 0;
    int inside = 0;
    for (size_t i = 0; i < length; ++i) {
        int letter = !isspace((unsigned char)text[i]);
        words += letter && !inside;
        inside = letter;
    }
    return words;
}

static ErlDrvSSizeT tally_control(ErlDrvData data, unsigned int command, char* text, ErlDrvSizeT length, char** answer,
                                  ErlDrvSizeT room) {
    Tally* tally = (Tally*)data;
    if (command == COUNT) {
        tally->words += words_of(text, length);
    } else if (command != TOTAL) {
        return -1;
    }
    return snprintf(*answer, room, "%lu", tally->words);
}

static ErlDrvEntry entry = {
    .start = tally_start,
    .stop = tally_stop,
    .driver_name = "tally",
    .control = tally_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(tally) {
    return &entry;
}
