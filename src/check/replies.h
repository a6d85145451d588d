#pragma once
/// What two versions answer to the same calls.
#include "check/check.h"

#include <optional>
#include <string>

namespace ddll::check {

/// The first call that both answered, and not alike: a note, for texts that differ may just name their versions.
/// Nothing where one of them could not be loaded. A callback that is gone has a rule of its own.
std::optional<scenario::RunFinding> compare_replies(const std::string& driver, const CheckRun& older,
                                                    const CheckRun& newer);

} // namespace ddll::check
