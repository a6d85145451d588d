#pragma once
/// The answer to `why`: what keeps a driver, and the shortest way to free it. JSON; text.h lays it out.
#include "session/session_model.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::session {

/// Error: no driver of that name is loaded.
Result<nlohmann::json> why(const SessionModel& model, const std::string& driver);

} // namespace ddll::session
