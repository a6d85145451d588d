/* Converts between encodings; glibc keeps its converters loaded, for everybody. */
#include "ordinary.h"

#include <iconv.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char out[256];
    char *from = buf, *to = out;
    size_t left = len < 64 ? len : 64, room = sizeof out;
    iconv_t converter = iconv_open(command % 2 ? "UTF-16LE" : "ISO-8859-15", "UTF-8");
    (void)data;
    if (converter == (iconv_t)-1) return say(rbuf, rlen, "no such encoding");
    if (iconv(converter, &from, &left, &to, &room) == (size_t)-1) to = out;
    iconv_close(converter);
    return answer(rbuf, rlen, out, (size_t)(to - out));
}

DRIVER(.start = keep_port, .control = control)
