#pragma once
/// How a scenario says that it ends in a crash.
#include "scenario/result.h"

#include <nlohmann/json_fwd.hpp>

namespace ddll::scenario {

/// The value of the key expected_crash that this death fulfils.
nlohmann::ordered_json expected_crash(const Death& death);

} // namespace ddll::scenario
