// A thread_local with a destructor in threads that end before the driver does: it pins nothing.
#include "ordinary.h"

#include <string>
#include <thread>
#include <vector>

namespace {
thread_local std::vector<std::string> seen;

void remember(const std::string& text, std::size_t& count) {
    for (int i = 0; i < 3; ++i) seen.push_back(text);
    count = seen.size();
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::size_t count = 0;
    std::thread worker(remember, std::string(buf, len), std::ref(count));
    worker.join();
    const std::string text = std::to_string(count);
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = keep_port, .control = control)
