#pragma once
/// Journal entries in the words that every report uses for them.
#include "journal/entry.h"
#include "report/naming.h"

#include <cstdint>
#include <string>

namespace ddll::report {

/// "counter/v1 control(P, 1, <<"41">>)".
std::string callback_text(const journal::Entered& event, const Naming& naming);

enum class DriverState : std::uint8_t { not_loaded, linked_in, permanent, loaded, reload_pending, unload_pending };
const char* name(DriverState state); ///< "not loaded", ...
DriverState state_of(const journal::DriverChanged& event);
/// Does it wait for what holds its code?
constexpr bool pending(DriverState state) {
    return state >= DriverState::reload_pending;
}
/// The name, and for a pending state what it waits for: the holders that are known when this is asked.
std::string state_text(const journal::DriverChanged& event, const Naming& naming);

/// What a reload came to, and whether a library that was closed left memory.
std::string reload_text(const journal::Reloaded& event, const Naming& naming);
std::string closed_text(const journal::ImageClosed& event, const Naming& naming);

} // namespace ddll::report
