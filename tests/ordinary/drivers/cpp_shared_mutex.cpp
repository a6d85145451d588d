// A table that all ports share, read and written under a shared_mutex by threads that std::async starts; random numbers,
// a condition_variable_any and a stop token in each port's thread.
#include "ordinary.h"

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <thread>

namespace {
std::shared_mutex lock;
std::map<std::string, int> table;

struct Port {
    std::mutex lock;
    std::condition_variable_any changed;
    int todo = 0, done = 0;
    std::jthread thread{[this](const std::stop_token& stop) {
        std::unique_lock guard(lock);
        while (changed.wait(guard, stop, [this] { return todo > 0; })) ++done, --todo;
    }};
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Port);
}
static void stop(ErlDrvData data) {
    auto* port = reinterpret_cast<Port*>(data);
    port->thread = {}; // before what it uses goes
    delete port;
}
static void finish() {
    table.clear();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    auto* port = reinterpret_cast<Port*>(data);
    {
        const std::lock_guard guard(port->lock);
        ++port->todo;
    }
    port->changed.notify_all();
    std::random_device seed;
    std::mt19937 random(seed());
    const std::string key = std::to_string(command) + std::string(buf, len);
    auto writer = std::async(std::launch::async, [&] {
        const std::unique_lock guard(lock);
        return ++table[key];
    });
    const int now = writer.get() + static_cast<int>(random() & 0);
    const std::shared_lock guard(lock);
    const int both[] = {now, static_cast<int>(table.size())};
    return answer(rbuf, rlen, both, sizeof both);
}

DRIVER(.start = start, .stop = stop, .finish = finish, .control = control)
