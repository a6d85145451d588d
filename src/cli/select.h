#pragma once
/// Which scenarios `ddlltool run` runs, and how they are read.
#include "scenario/reader.h"

#include <span>
#include <string>
#include <vector>

namespace ddll::cli {

/// Files as given; folders replaced by all *.json below them, sorted by path, hidden ones left out. A path that does
/// not exist stays: reading it will say so. Symbolic links to folders are not followed.
std::vector<std::string> find_scenarios(const std::vector<std::string>& inputs);

/// True when there are no filters, or one of them is contained in a text or, having * ? or [, matches one as a whole.
bool passes(std::span<const std::string> filters, std::span<const std::string> texts);
/// With path, title and tags of a scenario for texts; of a file that could not be read with its path.
bool passes(std::span<const std::string> filters, const std::string& file,
            const std::optional<scenario::Scenario>& scenario);

/// What the reader is told about this build: which calls exist, and how a driver file is looked at before anything is
/// run. The views in it belong to tables that live as long as the program.
scenario::ReadOptions read_options(std::vector<std::string> driver_path);

} // namespace ddll::cli
