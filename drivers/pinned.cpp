/* pinned: cannot be replaced. Its only sin is one std::make_shared: g++ puts the type tag of std::make_shared into the
 * library as a unique symbol (STB_GNU_UNIQUE), and the dynamic linker never unmaps a library that defines one it has
 * bound. dlclose says 0, finish has run, and the code and the data of this library stay in memory.
 *
 *   port_control(P, 2, [])    ports opened since the constructors ran, as text
 *   port_control(P, 3, [])    version -> "v1" or "v2"
 *
 * Cure for a real driver: compile with -fno-gnu-unique, or keep the standard library's templates private to a C file.
 */
#include "reply.h"
#include <memory>

namespace {

struct Counts {
    int opened = 0;
};

std::shared_ptr<Counts> counts = std::make_shared<Counts>();

ErlDrvData pinned_start(ErlDrvPort port, char*) {
    counts->opened++;
    return reinterpret_cast<ErlDrvData>(port);
}

void pinned_stop(ErlDrvData) {}

int pinned_init() {
    return 0;
}

void pinned_finish() {}

ErlDrvSSizeT pinned_control(ErlDrvData, unsigned int command, char*, ErlDrvSizeT, char** rbuf, ErlDrvSizeT rlen) {
    switch (command) {
    case 2:
        return reply(rbuf, rlen, "%d", counts->opened);
    case 3:
        return reply(rbuf, rlen, "v%d", VERSION);
    default:
        return -1;
    }
}

ErlDrvEntry pinned_entry() {
    ErlDrvEntry entry = {};
    entry.init = pinned_init;
    entry.start = pinned_start;
    entry.stop = pinned_stop;
    entry.driver_name = const_cast<char*>("pinned");
    entry.finish = pinned_finish;
    entry.control = pinned_control;
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return entry;
}

ErlDrvEntry entry = pinned_entry();

} // namespace

extern "C" {
DRIVER_INIT(pinned) {
    return &entry;
}
}
