// A small calculator of variants, visitors, optionals and a memory resource for each call.
#include "ordinary.h"

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {
using Token = std::variant<long, char>;

std::optional<long> evaluate(std::string_view text) {
    std::byte room[512];
    std::pmr::monotonic_buffer_resource memory(room, sizeof room);
    std::pmr::vector<Token> stack(&memory);
    for (const char c : text)
        if (c >= '0' && c <= '9')
            stack.emplace_back(long{c - '0'});
        else
            stack.emplace_back(c);
    long sum = 0;
    bool good = false;
    for (const Token& token : stack)
        std::visit(
            [&](auto value) {
                if constexpr (std::is_same_v<decltype(value), long>) sum += value, good = true;
            },
            token);
    return good ? std::optional(sum) : std::nullopt;
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    const auto value = evaluate({buf, len});
    return say(rbuf, rlen, value ? std::to_string(*value).c_str() : "nothing");
}

DRIVER(.start = keep_port, .control = control)
