#pragma once
/// What the answer of a call means, in words.
#include "session/call_result.h"
#include "session/state.h"

#include <string>
#include <vector>

namespace ddll::session {

/// Sentences, in their order; none where the answer speaks for itself. `state` is that after the step.
std::vector<std::string> meaning(const CallResult& result, const scenario::ScenarioStep& step, const State& state,
                                 const term::Namer& namer);

/// "P1 of bob", "P2 of carol", "an async job": what keeps the driver's code, its users only when nothing else does.
std::vector<std::string> holders(const DriverState& driver, const State& state, const term::Namer& namer);

} // namespace ddll::session
