#include "host/current.h"

#include "base/check.h"

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

std::vector<CallFrame>& call_frames() {
    thread_local std::vector<CallFrame> frames;
    return frames;
}

} // namespace ddll::host
