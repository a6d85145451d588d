// Compresses and expands.
// needs: libsnappy-dev
// flags: -lsnappy
#include "ordinary.h"

#include <snappy.h>
#include <string>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::string small, large;
    snappy::Compress(buf, len, &small);
    const bool good = snappy::Uncompress(small.data(), small.size(), &large) && large == std::string(buf, len);
    return say(rbuf, rlen, good ? "same" : "?");
}

DRIVER(.start = keep_port, .control = control)
