/* throws: a C++ exception leaves port_control. The emulator is C code without anything to catch it or to unwind.
 *
 *   port_control(P, 1, Text)  throws std::runtime_error(Text)      port_control(P, 2, [])  throws 42
 *   port_control(P, 3, Text)  throws and catches, as it should be -> Text */
#include "reply.h"
#include <cstring>
#include <stdexcept>
#include <string>

static ErlDrvData throws_start(ErlDrvPort port, char*) {
    return reinterpret_cast<ErlDrvData>(port);
}

static ErlDrvSSizeT throws_control(ErlDrvData, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                   ErlDrvSizeT rlen) {
    std::string text(buf, len);
    switch (command) {
    case 1:
        throw std::runtime_error(text);
    case 2:
        throw 42;
    case 3:
        try {
            throw std::runtime_error(text);
        } catch (const std::exception& error) {
            return reply(rbuf, rlen, "%s", error.what());
        }
    default:
        return -1;
    }
}

static ErlDrvEntry make_entry() {
    ErlDrvEntry entry = {};
    entry.start = throws_start;
    entry.driver_name = const_cast<char*>("throws");
    entry.control = throws_control;
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return entry;
}

static ErlDrvEntry entry = make_entry();

extern "C" {
DRIVER_INIT(throws) {
    return &entry;
}
}
