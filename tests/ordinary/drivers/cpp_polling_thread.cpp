// A thread that polls and never blocks, started with the driver and joined in finish.
#include "ordinary.h"

#include <atomic>
#include <thread>

namespace {
std::atomic<bool> ending{false};
std::atomic<unsigned long> rounds{0}, asked{0};
std::thread poller;
} // namespace

static int init() {
    ending = false;
    poller = std::thread([] {
        while (!ending) {
            if (asked.exchange(0) > 0) ++rounds;
            std::this_thread::yield();
        }
    });
    return 0;
}
static void finish() {
    ending = true;
    poller.join();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    ++asked;
    return say(rbuf, rlen, "asked");
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
