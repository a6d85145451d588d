// A variable of a class template. g++ makes a unique symbol of it, and the loader never unmaps what provides one.
// gnu-unique: yes
// true[g++]: dso-pinned-unique-symbol reload-kept-old-code
// says[g++]: fno-gnu-unique
// node[g++]: stays
#include "ordinary.h"

#include <string>

template <class T>
struct Counter {
    static inline long count = 0;
};

struct Calls {};

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    return say(rbuf, rlen, std::to_string(++Counter<Calls>::count).c_str());
}

DRIVER(.start = keep_port, .control = control)
