#include "host/current.h"

#include "base/check.h"
#include "host/drivers/driver.h"
#include "host/ports/port.h"

#include <algorithm>

namespace ddll::host {
namespace {
Host* current_host = nullptr;
} // namespace

Host* current() {
    return current_host;
}

CurrentHost::CurrentHost(Host& host) {
    DDLL_CHECK_MSG(current_host == nullptr, "two hosts at once in one process");
    current_host = &host;
}

CurrentHost::~CurrentHost() {
    current_host = nullptr;
}

bool lock_held(const Port& port) {
    const auto& frames = call_frames();
    return frames.empty() || std::any_of(frames.begin(), frames.end(), [&](const CallFrame& frame) {
               if (!frame.port) return false;
               if (frame.port == port.id || frame.port == port.opening.creator) return true;
               return port.driver != nullptr && !port.driver->locks_per_port() && frame.driver == port.driver->id;
           });
}

std::vector<CallFrame>& call_frames() {
    thread_local std::vector<CallFrame> frames;
    return frames;
}

} // namespace ddll::host
