#pragma once
/// What the scenario reader is told about this build: which calls and rules exist, and how a driver file
/// is looked at before anything is played.
#include "scenario/reader.h"

#include <string>
#include <vector>

namespace ddll::cli {

/// The options' views belong to tables that live as long as the program.
scenario::ReadOptions read_options(std::vector<std::string> driver_path);

} // namespace ddll::cli
