// at_halt: a thread that finish joins, and static objects. A node that halts does not call finish, but destroys them.
// Built with JOINABLE the thread is one of them; with WAITING what it waits for; without, it uses none of them.
#include <erl_driver.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

std::map<int, std::string> names{{1, "one"}, {2, "two"}};
std::atomic<bool> ending;

#if defined(JOINABLE)
std::thread worker;

int at_halt_init() {
    ending = false;
    worker = std::thread([] {
        while (!ending) usleep(1000);
    });
    return 0;
}

void at_halt_finish() {
    ending = true;
    worker.join();
}
#else
pthread_t worker;
#if defined(WAITING)
std::mutex lock;
std::condition_variable changed;

void* work(void* unused) {
    std::unique_lock<std::mutex> hold(lock);
    changed.wait(hold, [] { return ending.load(); });
    return unused;
}

void wake() {
    const std::lock_guard<std::mutex> hold(lock);
    ending = true;
    changed.notify_all();
}
#else
void* work(void* unused) {
    while (!ending) usleep(1000);
    return unused;
}

void wake() {
    ending = true;
}
#endif

int at_halt_init() {
    ending = false;
    return pthread_create(&worker, nullptr, work, nullptr);
}

void at_halt_finish() {
    wake();
    pthread_join(worker, nullptr);
}
#endif

ErlDrvData at_halt_start(ErlDrvPort port, char*) {
    return reinterpret_cast<ErlDrvData>(port);
}

ErlDrvEntry entry;

} // namespace

extern "C" DRIVER_INIT(at_halt) {
    static char name[] = NAME;
    entry.driver_name = name;
    entry.init = at_halt_init;
    entry.start = at_halt_start;
    entry.finish = at_halt_finish;
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return &entry;
}
