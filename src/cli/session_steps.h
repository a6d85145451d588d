#pragma once
/// Commands that are one step of a session: load, unload, reload, open, ...
#include "cli/commands.h"
#include "cli/parser.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::cli {

/// Name and one line of each, in the order in which they are listed.
std::vector<std::pair<std::string_view, std::string_view>> session_steps();

/// `name` is one of them, here and below.
std::unique_ptr<Parser> session_step_parser(std::string_view name);
ExitCode session_step(std::string_view name, const std::vector<std::string>& arguments);

} // namespace ddll::cli
