#pragma once
/// What was done in a session as a scenario file, and what came of it as expectations.
#include "session/session_model.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::session {

/// {"scenario": the file as JSON, "files": {name in it: path of a copy}, "trouble": why it may not run, if so}. Driver
/// files are named as they are to lie beside the scenario.
nlohmann::json export_scenario(const SessionModel& model, const std::string& session);

} // namespace ddll::session
