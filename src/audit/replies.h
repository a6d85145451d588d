#pragma once
/// What two versions answer to the same calls.
#include "audit/audit.h"

#include <optional>
#include <string>

namespace ddll::audit {

/// The first call that both answered, and not alike: a note, for texts that differ may just name their versions.
/// Nothing where one of them could not be loaded. A callback that is gone has a rule of its own.
std::optional<scenario::Finding> compare_replies(const std::string& driver, const Trial& older, const Trial& newer);

} // namespace ddll::audit
