#include "journal/kinds.h"

#include <array>

namespace ddll::journal {
namespace {

constexpr std::array<const char*, callback_count> callback_names = {
    "dlopen",      "driver_init",     "init",         "start",        "stop",
    "output",      "outputv",         "control",      "call",         "timeout",
    "flush",       "ready_input",     "ready_output", "ready_async",  "process_exit",
    "stop_select", "emergency_close", "finish",       "async_invoke", "async_free",
    "thread",      "dlclose"};

} // namespace

const char* name(Callback callback) {
    const auto index = static_cast<std::size_t>(callback);
    return index < callback_names.size() ? callback_names[index] : "?";
}

std::optional<Callback> callback_named(std::string_view wanted) {
    for (std::uint8_t i = 0; i < callback_count; ++i)
        if (wanted == callback_names[i]) return static_cast<Callback>(i);
    return std::nullopt;
}

const char* name(Outcome outcome) {
    switch (outcome) {
    case Outcome::value:
        return "value";
    case Outcome::raised_error:
        return "error";
    case Outcome::raised_exit:
        return "exit";
    case Outcome::raised_throw:
        return "throw";
    case Outcome::blocked:
        return "blocked";
    }
    return "?";
}

const char* kind_name(const Event& event) {
    return std::visit([](const auto& e) { return kind<std::decay_t<decltype(e)>>.name; }, event);
}

} // namespace ddll::journal
