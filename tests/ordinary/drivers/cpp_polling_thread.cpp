// A thread that polls and never blocks, started with the driver and joined in finish. A node that halts does not call
// finish, but destroys the static std::thread, which ends the process by SIGABRT.
// true: halt-under-running-thread driver-crashed
#include "ordinary.h"

#include <atomic>
#include <thread>

namespace {
std::atomic<bool> ending{false};
std::atomic<unsigned long> rounds{0}, asked{0};
#ifdef ALLOCATED
std::thread* poller;
#else
std::thread poller;
#endif

void poll() {
    while (!ending) {
        if (asked.exchange(0) > 0) ++rounds;
        std::this_thread::yield();
    }
}
} // namespace

static int init() {
    ending = false;
#ifdef ALLOCATED
    poller = new std::thread(poll);
#else
    poller = std::thread(poll);
#endif
    return 0;
}
static void finish() {
    ending = true;
#ifdef ALLOCATED
    poller->join();
    delete poller;
#else
    poller.join();
#endif
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    ++asked;
    return say(rbuf, rlen, "asked");
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
