#pragma once
/// erl_ddll:format_error/1 for the atoms it knows; open_error numbers need the emulator's list of texts (host/).
#include "lifecycle/record.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ddll::lifecycle {

/// The text for an error atom; nothing where the emulator raises badarg.
std::optional<std::string_view> format_error(std::string_view atom);

/// The text for {open_error, number}; `texts` is the emulator's list, oldest first.
std::string format_open_error(std::int64_t number, std::span<const std::string> texts);

} // namespace ddll::lifecycle
