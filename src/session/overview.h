#pragma once
/// The answer to `status`: what there is. JSON; text.h lays it out.
#include "session/session_model.h"

#include <nlohmann/json_fwd.hpp>

namespace ddll::session {

nlohmann::json overview(const SessionModel& model);

} // namespace ddll::session
