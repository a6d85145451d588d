// A parallel loop. The threads of the runtime go on when its code leaves memory with the driver.
// needs: libtbb-dev
// flags: -ltbb
// true: openmp-runtime-unloaded driver-crashed
// says: libtbb
// node: dies
#include "ordinary.h"

#include <atomic>
#include <tbb/parallel_for.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::atomic<int> n{0};
    tbb::parallel_for(0, 100000, [&](int) { ++n; });
    const int sum = n + static_cast<int>(len) + (buf == nullptr);
    return answer(rbuf, rlen, &sum, sizeof sum);
}

static ErlDrvData start(ErlDrvPort port, char* arguments) {
#ifdef PERMANENT
    driver_lock_driver(port);
#endif
    return keep_port(port, arguments);
}

DRIVER(.start = start, .control = control)
