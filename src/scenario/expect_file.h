#pragma once
/// Compares a file with what the scenario says of it.
#include "scenario/expectations.h"

#include <vector>

namespace ddll::scenario {

/// In the current folder, which is the work folder. Binds variables of the pattern.
std::vector<Mismatch> check_file(const FileStep& step, const ExpectScope& scope);

} // namespace ddll::scenario
