// The same without unique symbols, as its documentation should say for plug-ins.
// needs: libasio-dev
#include "ordinary.h"

#include <asio.hpp>
#include <chrono>
#include <thread>

namespace {
struct Port {
    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    asio::steady_timer timer{io};
    std::thread thread;
    Port() {
        timer.expires_after(std::chrono::milliseconds(5));
        timer.async_wait([](auto) {});
        thread = std::thread([this] { io.run(); });
    }
    ~Port() {
        work.reset();
        io.stop();
        thread.join();
    }
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Port);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    asio::post(reinterpret_cast<Port*>(data)->io, [] {});
    return say(rbuf, rlen, "posted");
}

DRIVER(.start = start, .stop = stop, .control = control)
