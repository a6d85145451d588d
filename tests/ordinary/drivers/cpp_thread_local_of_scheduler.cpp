// A thread_local with a destructor, used in a callback: it keeps the code mapped as long as that scheduler runs.
// true: dso-pinned-thread-local-destructor reload-kept-old-code
// says: thread.local
// node: stays
#include "ordinary.h"

#include <string>
#include <vector>

namespace {
std::string& scratch() {
    thread_local std::string buffer;
    buffer.clear();
    return buffer;
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::string& text = scratch();
    for (ErlDrvSizeT i = len; i-- > 0;) text += buf[i];
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = keep_port, .control = control)
