#pragma once
/// The rules that a driver file alone can break: what is certain from its bytes, and what is possible because of what
/// it imports. Nothing is run; a dynamic check confirms the rest under the same rule and subject.
#include "findings/finding.h"
#include "findings/static/facts.h"

#include <span>
#include <vector>

namespace ddll::findings {

/// Sorted by severity, gravest first, then by rule. At most one for each rule; the subject is the driver's name.
std::vector<Finding> find_static(const StaticFacts& facts);

/// Those of find_static that keep the library in memory after its unload, in the same order.
std::vector<Finding> find_pinning(const StaticFacts& facts);

/// What several drivers, or versions of one, would share when one node loads them. Empty for fewer than two.
std::vector<Finding> find_shared_state(std::span<const StaticFacts> drivers);

} // namespace ddll::findings
