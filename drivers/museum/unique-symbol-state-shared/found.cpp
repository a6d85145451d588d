/* Counts its calls in an inline variable. It is a unique symbol, so the count is one for all versions and all drivers
 * that have it. */
#include "exhibit.h"

inline int exhibit_shared_count = 0;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[2] = {static_cast<char>('0' + ++exhibit_shared_count % 10), 0};
    return say(rbuf, text);
}

EXHIBIT(.start = keep_port, .control = control)
