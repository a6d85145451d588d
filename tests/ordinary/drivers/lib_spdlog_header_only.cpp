// The header-only form of spdlog with its console logger: the registry lies in the driver itself.
// needs: libspdlog-dev
// flags: -DFMT_HEADER_ONLY
#include "ordinary.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

static int init() {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("ordinary", std::make_shared<spdlog::sinks::null_sink_mt>()));
    spdlog::flush_on(spdlog::level::err);
    return 0;
}
static void finish() {
    spdlog::shutdown();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)buf;
    spdlog::info("command {} with {} bytes", command, len);
    return say(rbuf, rlen, fmt::format("{:08.3f}", command * 1.5).c_str());
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
