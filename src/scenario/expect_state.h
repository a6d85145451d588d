#pragma once
/// The `expect` step: a look at a driver's state between two steps.
#include "host/host.h"
#include "scenario/expectations.h"
#include "scenario/scenario.h"
#include "scenario/step_view.h"

#include <vector>

namespace ddll::scenario {

std::vector<Mismatch> check_state(const ExpectStep& step, const host::Host& host, const Observer& observer,
                                  const ExpectScope& context);

} // namespace ddll::scenario
