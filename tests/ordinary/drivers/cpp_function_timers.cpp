// A queue of std::function for each port, run by the timer of the driver API.
#include "ordinary.h"

#include <functional>
#include <map>
#include <string>

namespace {
class Timers {
public:
    explicit Timers(ErlDrvPort port) : port_(port) {}
    void after(unsigned long ms, std::function<void()> what) {
        waiting_.emplace(now_ + ms, std::move(what));
        arm();
    }
    void tick() {
        if (waiting_.empty()) return;
        now_ = waiting_.begin()->first;
        while (!waiting_.empty() && waiting_.begin()->first <= now_) {
            const auto what = std::move(waiting_.begin()->second);
            waiting_.erase(waiting_.begin());
            what();
        }
        arm();
    }
    ErlDrvPort port() const { return port_; }

private:
    void arm() {
        if (!waiting_.empty()) driver_set_timer(port_, waiting_.begin()->first - now_);
    }
    ErlDrvPort port_;
    unsigned long now_ = 0;
    std::multimap<unsigned long, std::function<void()>> waiting_;
};
} // namespace

static ErlDrvData start(ErlDrvPort port, char*) {
    return reinterpret_cast<ErlDrvData>(new Timers(port));
}
static void stop(ErlDrvData data) {
    auto* timers = reinterpret_cast<Timers*>(data);
    driver_cancel_timer(timers->port());
    delete timers;
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    auto* timers = reinterpret_cast<Timers*>(data);
    const std::string text(buf, len);
    for (unsigned long ms : {1ul, 20ul})
        timers->after(ms,
                      [timers, text] { driver_output(timers->port(), const_cast<char*>(text.data()), text.size()); });
    timers->after(5000, [timers] { driver_output(timers->port(), const_cast<char*>("late"), 4); });
}
static void timeout(ErlDrvData data) {
    reinterpret_cast<Timers*>(data)->tick();
}

DRIVER(.start = start, .stop = stop, .output = output, .timeout = timeout)
