// A thread with a stop token that ticks until its port closes.
// compilers: g++
#include "ordinary.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace {
class Ticker {
public:
    long ticks() const { return ticks_; }

private:
    void run(std::stop_token stop) {
        std::unique_lock lock(lock_);
        while (!stop.stop_requested()) {
            changed_.wait_for(lock, stop, std::chrono::milliseconds(20), [] { return false; });
            ++ticks_;
        }
    }
    std::mutex lock_;
    std::condition_variable_any changed_;
    std::atomic<long> ticks_{0};
    std::jthread thread_{[this](std::stop_token stop) { run(std::move(stop)); }};
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Ticker);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Ticker*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    return say(rbuf, rlen, reinterpret_cast<Ticker*>(data)->ticks() >= 0 ? "ticks" : "?");
}

DRIVER(.start = start, .stop = stop, .control = control)
