// A thread that waits for a static std::condition_variable, told to end and joined in finish. A node that halts does
// not call finish, but destroys the variable: with somebody waiting for it that never ends, and the node neither.
// true: halt-under-running-thread driver-hung
// limit: 5s
// says: exit_handlers
// node: hangs
#include "ordinary.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
std::mutex lock;
std::condition_variable changed;
bool ending, asked;
unsigned done;
std::thread* worker;

void work() {
    std::unique_lock<std::mutex> guard(lock);
    for (;;) {
        changed.wait(guard, [] { return ending || asked; });
        if (ending) return;
        asked = false;
        ++done;
    }
}
} // namespace

static int init() {
    ending = asked = false;
    worker = new std::thread(work);
    return 0;
}
static void finish() {
    {
        const std::lock_guard<std::mutex> guard(lock);
        ending = true;
    }
    changed.notify_one();
    worker->join();
    delete worker;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    {
        const std::lock_guard<std::mutex> guard(lock);
        asked = true;
    }
    changed.notify_one();
    return say(rbuf, rlen, "asked");
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
