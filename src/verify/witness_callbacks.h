#pragma once
/// Which callback an entry of the witness stands for.
#include "verify/witness_format.h"
#include "words/emulator.h"

#include <array>
#include <cstddef>
#include <optional>

namespace ddll::verify::witness {

/// In the order of Kind, from dlopen to finish.
inline constexpr std::array callbacks = [] {
    using enum words::Callback;
    return std::array{dlopen,       dlclose,     driver_init,     init,         start,
                      stop,         output,      outputv,         control,      call,
                      timeout,      flush,       ready_input,     ready_output, ready_async,
                      process_exit, stop_select, emergency_close, finish};
}();
static_assert(callbacks.size() == static_cast<std::size_t>(Kind::finish) + 1 - static_cast<std::size_t>(Kind::dlopen));

/// Nothing: the entry stands for none.
inline std::optional<words::Callback> callback_of(Kind kind) {
    const auto i = static_cast<std::size_t>(kind) - static_cast<std::size_t>(Kind::dlopen);
    return i < callbacks.size() ? std::optional(callbacks[i]) : std::nullopt;
}

} // namespace ddll::verify::witness
