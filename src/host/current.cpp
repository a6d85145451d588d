#include "host/current.h"

#include "base/check.h"

namespace ddll::host {
namespace {
Host* current_host = nullptr;
thread_local bool host_thread = false;
} // namespace

Host* current() {
    return current_host;
}

bool is_host_thread() {
    return host_thread;
}

CurrentHost::CurrentHost(Host& host) {
    DDLL_CHECK_MSG(current_host == nullptr, "two hosts at once in one process");
    current_host = &host;
    host_thread = true;
}

CurrentHost::~CurrentHost() {
    current_host = nullptr;
    host_thread = false;
}

std::vector<CallFrame>& call_frames() {
    thread_local std::vector<CallFrame> frames;
    return frames;
}

} // namespace ddll::host
