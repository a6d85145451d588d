#pragma once
/// The message of a driver monitor: {'UP'|'DOWN', Ref, driver, Name, Reason}.
#include "term/term.h"

#include <optional>
#include <string_view>

namespace ddll::session {

struct DriverMessage {
    enum class Reason : std::uint8_t {
        loaded,
        unloaded,
        unload_cancelled,
        load_cancelled,
        permanent,
        load_failure, ///< {load_failure, Why}
        unknown,
    };
    std::uint64_t reference = 0;
    Reason reason = Reason::unknown;

    /// What was asked for has happened.
    bool reached() const { return reason == Reason::loaded || reason == Reason::unloaded; }
    /// In words; empty when the reason is unknown.
    std::string_view meaning() const;
};

/// Nothing for any other message.
std::optional<DriverMessage> driver_message(const term::Term& message);

} // namespace ddll::session
