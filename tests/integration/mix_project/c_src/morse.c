/* morse: letters as dots and dashes.
 *
 *   port_control(P, 1, "sos")  -> "... --- ..."
 *   badarg for anything but letters a to z */
#include <ctype.h>
#include <erl_driver.h>
#include <string.h>

static const char* const code[] = {".-",   "-...", "-.-.", "-..",  ".",   "..-.", "--.",  "....", "..",
                                   ".---", "-.-",  ".-..", "--",   "-.",  "---",  ".--.", "--.-", ".-.",
                                   "...",  "-",    "..-",  "...-", ".--", "-..-", "-.--", "--.."};

static ErlDrvData morse_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port; /* nothing to remember */
}

/* An answer that does not fit goes into a new buffer, which the emulator frees. */
static ErlDrvSSizeT morse_control(ErlDrvData data, unsigned int command, char* text, ErlDrvSizeT length, char** answer,
                                  ErlDrvSizeT room) {
    size_t needed = 0, at = 0;
    (void)data;
    if (command != 1) return -1;
    for (ErlDrvSizeT i = 0; i < length; ++i) {
        int letter = tolower((unsigned char)text[i]);
        if (letter < 'a' || letter > 'z') return -1;
        needed += strlen(code[letter - 'a']) + 1;
    }
    if (needed == 0) return 0;
    if (needed > room) {
        char* larger = driver_alloc(needed);
        if (!larger) return -1;
        *answer = larger;
    }
    for (ErlDrvSizeT i = 0; i < length; ++i) {
        const char* signs = code[tolower((unsigned char)text[i]) - 'a'];
        if (i > 0) (*answer)[at++] = ' ';
        memcpy(*answer + at, signs, strlen(signs));
        at += strlen(signs);
    }
    return (ErlDrvSSizeT)at;
}

static ErlDrvEntry entry = {
    .start = morse_start,
    .driver_name = "morse",
    .control = morse_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(morse) {
    return &entry;
}
