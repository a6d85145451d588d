// Clocks, calendars and a generator of random numbers for each port.
#include "ordinary.h"

#include <chrono>
#include <ctime>
#include <iomanip>
#include <random>
#include <sstream>

namespace {
struct Port {
    std::mt19937_64 generator{std::random_device{}()};
    std::chrono::steady_clock::time_point opened = std::chrono::steady_clock::now();
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Port);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)buf, (void)len;
    auto* port = reinterpret_cast<Port*>(data);
    std::normal_distribution<double> normal(0, command + 1);
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    const auto age = std::chrono::steady_clock::now() - port->opened;
    std::ostringstream out;
    out << std::put_time(&parts, "%Y-%m-%d") << (age.count() >= 0) << (normal(port->generator) < 1e9);
    return say(rbuf, rlen, out.str().c_str());
}

DRIVER(.start = start, .stop = stop, .control = control)
