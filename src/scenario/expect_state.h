#pragma once
/// The `expect` step: a look at a driver's state between two steps.
#include "scenario/expectations.h"
#include "scenario/observer.h"

#include <vector>

namespace ddll::scenario {

std::vector<Mismatch> check_state(const ExpectStep& step, const Observer& observer, const ExpectScope& scope);

} // namespace ddll::scenario
