// Pools of memory: one for the driver that becomes the default while it is loaded, one for each port, one on the stack.
#include "ordinary.h"

#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

namespace {
struct Port {
    std::pmr::unsynchronized_pool_resource pool;
    std::pmr::vector<std::pmr::string> lines{&pool};
};
std::unique_ptr<std::pmr::synchronized_pool_resource> of_the_driver;
std::pmr::memory_resource* before = nullptr;
} // namespace

static int init() {
    of_the_driver = std::make_unique<std::pmr::synchronized_pool_resource>(std::pmr::new_delete_resource());
    before = std::pmr::set_default_resource(of_the_driver.get());
    return 0;
}
static void finish() {
    std::pmr::set_default_resource(before);
    of_the_driver.reset();
}
static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Port);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    auto* port = reinterpret_cast<Port*>(data);
    if (port->lines.size() > 100) port->lines.clear();
    port->lines.emplace_back(buf, len);
    char room[512];
    std::pmr::monotonic_buffer_resource here(room, sizeof room);
    std::pmr::string text("line ", &here), copy{text, std::pmr::get_default_resource()};
    text += std::to_string(port->lines.size() + command);
    return say(rbuf, rlen, copy.empty() ? "?" : text.c_str());
}

DRIVER(.init = init, .start = start, .stop = stop, .finish = finish, .control = control)
