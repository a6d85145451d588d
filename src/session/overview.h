#pragma once
/// The answers to `status` and `why`: what there is, what holds it, and the shortest way out. JSON; text.h lays it out.
#include "session/tale.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::session {

nlohmann::json overview(const Tale& tale);

/// Error: no driver of that name is loaded.
Result<nlohmann::json> why(const Tale& tale, const std::string& driver);

} // namespace ddll::session
