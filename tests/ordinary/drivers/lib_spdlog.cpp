// A logger to a null sink through the library's registry, and one of its own to memory; shut down in finish.
// libspdlog never leaves memory, and is bound to templates that the driver exports as well: the driver stays with it.
// needs: libspdlog-dev
// true: dso-pinned-by-importer reload-kept-old-code
// says: version script
// silent: RTLD_GLOBAL
// node: stays
// flags: -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL -lspdlog -lfmt
#include "ordinary.h"

#include <memory>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>

namespace {
std::shared_ptr<spdlog::logger> log_to_nowhere;
} // namespace

static int init() {
    log_to_nowhere = spdlog::create<spdlog::sinks::null_sink_mt>("ordinary");
    return 0;
}
static void finish() {
    log_to_nowhere.reset();
    spdlog::drop("ordinary");
    spdlog::shutdown();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    std::ostringstream memory;
    spdlog::logger own("own", std::make_shared<spdlog::sinks::ostream_sink_st>(memory));
    own.set_pattern("[%n] %v");
    own.info("command {} with {:>5} bytes", command, len);
    log_to_nowhere->warn("first byte {}", len > 0 ? buf[0] : 0);
    return say(rbuf, rlen, memory.str().c_str());
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
