#pragma once
/// Manual pages, in the language of man(7), made of what the parsers know.
#include "cli/commands.h"

#include <string>
#include <string_view>

namespace ddll::cli {

/// "ddlltool-session-start" of "session start"; "ddlltool" of an empty name.
std::string man_page_name(std::string_view command);

/// The page of ddlltool itself.
std::string man_page_of_program();
std::string man_page(const NamedCommand& command);

} // namespace ddll::cli
