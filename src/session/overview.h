#pragma once
/// The answers to `status` and `why`: what there is, what holds it, and the shortest way out. JSON; text.h lays it out.
#include "session/session_model.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::session {

nlohmann::json overview(const SessionModel& model);

/// Error: no driver of that name is loaded.
Result<nlohmann::json> why(const SessionModel& model, const std::string& driver);

} // namespace ddll::session
