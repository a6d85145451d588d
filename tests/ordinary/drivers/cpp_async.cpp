// Work split over std::async, whose futures are waited for before the callback returns.
#include "ordinary.h"

#include <future>
#include <numeric>
#include <vector>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    const std::vector<char> bytes(buf, buf + len);
    const auto sum = [&bytes](std::size_t from, std::size_t to) {
        return std::accumulate(bytes.begin() + from, bytes.begin() + to, 0L);
    };
    auto first = std::async(std::launch::async, sum, 0, len / 2);
    auto second = std::async(std::launch::async, sum, len / 2, len);
    auto lazy = std::async(std::launch::deferred, [] { return 1L; });
    const std::string text = std::to_string(first.get() + second.get() + lazy.get());
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = keep_port, .control = control)
