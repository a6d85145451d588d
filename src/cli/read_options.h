#pragma once
/// What the scenario reader is told about this build: which calls, API functions and rules exist, and how a driver file
/// is looked at before anything is played.
#include "findings/static_facts.h"
#include "cli/commands.h"
#include "scenario/reader.h"

#include <string>
#include <vector>

namespace ddll::cli {

/// The options' views belong to tables that live as long as the program.
scenario::ReadOptions read_options(const Context& context, std::vector<std::string> driver_path);

/// The driver API as this build has it, for looking at files.
std::vector<findings::ApiName> api_names(const Context& context);

} // namespace ddll::cli
