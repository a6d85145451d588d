// The same with a handle that waits for the runtime's threads in finish.
// needs: libtbb-dev
// flags: -ltbb
#include "ordinary.h"

#include <atomic>
#include <optional>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

static std::optional<tbb::task_scheduler_handle> scheduler;

static int init() {
    scheduler.emplace(tbb::attach{});
    return 0;
}
static void finish() {
    tbb::finalize(*scheduler, std::nothrow);
    scheduler.reset();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::atomic<int> n{0};
    tbb::parallel_for(0, 100000, [&](int) { ++n; });
    const int sum = n + static_cast<int>(len) + (buf == nullptr);
    return answer(rbuf, rlen, &sum, sizeof sum);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
