#pragma once
/// Which files `ddlltool run` plays.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// Files as given; folders replaced by all *.json below them, sorted by path, hidden ones left out. A path that does
/// not exist stays: reading it will say so. Symbolic links to folders are not followed.
std::vector<std::string> find_scenarios(const std::vector<std::string>& inputs);

/// True when there are no filters, or one of them is contained in a text or, having * ? or [, matches one as a whole.
bool passes(std::span<const std::string> filters, std::span<const std::string> texts);

} // namespace ddll::cli
