// Memory of the C library's heap that is lost where it is hard to see: LEAK says where. Built without it, it is not
// lost.
#include "erl_driver.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>

namespace {

struct Port {
    ErlDrvPort port = nullptr;
    std::string text;
};

#ifdef LEAK
constexpr bool leaks = true;
#else
constexpr bool leaks = false;
#endif

// In what ready_async is given: the result of the job.
struct Job {
    std::string result;
};

void invoke(void* data) {
    static_cast<Job*>(data)->result.assign(300, 'x');
}

void forget(void* data) {
    delete static_cast<Job*>(data);
}

// In a thread of the driver's own, which ends before the port does.
char* volatile latest = nullptr; // a compiler would leave out what nobody sees

void work() {
    latest = new char[200];
    std::memset(latest, 1, 200);
    if (!leaks) delete[] latest;
}

// In a buffer of the process that grows by each call, and that finish frees.
char* history = nullptr;
std::size_t length = 0;

void remember(const char* bytes, std::size_t size) {
    history = static_cast<char*>(std::realloc(history, length + size + 64));
    std::memcpy(history + length, bytes, size);
    length += size + 64;
}

// In a cache of the process without a bound: each port is another key.
std::map<ErlDrvPort, std::string>* cache = nullptr;

ErlDrvData start(ErlDrvPort port, char*) {
    auto* state = new Port;
    state->port = port;
#ifdef IN_CACHE
    if (cache == nullptr) cache = new std::map<ErlDrvPort, std::string>;
    (*cache)[port] = std::string(100, 'x');
#endif
#ifdef IN_THREAD
    std::thread(work).join();
#endif
    return reinterpret_cast<ErlDrvData>(state);
}

void stop(ErlDrvData data) {
    auto* state = reinterpret_cast<Port*>(data);
#ifdef IN_CACHE
    if (!leaks) cache->erase(state->port);
#endif
    delete state;
}

void output(ErlDrvData data, char* bytes, ErlDrvSizeT size) {
    auto* state = reinterpret_cast<Port*>(data);
#ifdef IN_NEW
    auto* copy = new std::string(bytes, size);
    copy->append(100, '.');
    state->text = *copy;
    if (!leaks) delete copy;
#endif
#ifdef IN_REALLOC
    remember(bytes, size);
#endif
#ifdef IN_READY_ASYNC
    driver_async(state->port, nullptr, invoke, new Job, forget);
#endif
}

void ready_async(ErlDrvData, ErlDrvThreadData data) {
    if (!leaks) forget(data);
}

void finish() {
#ifdef IN_REALLOC
    if (!leaks) std::free(history);
    history = nullptr;
    length = 0;
#endif
#ifdef IN_CACHE
    if (!leaks) delete cache;
    cache = nullptr;
#endif
}

} // namespace

extern "C" DRIVER_INIT(leaks) {
    static ErlDrvEntry entry{};
    entry.start = start;
    entry.stop = stop;
    entry.output = output;
    entry.ready_async = ready_async;
    entry.finish = finish;
    entry.driver_name = const_cast<char*>(DRIVER);
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return &entry;
}
