#pragma once
/// Answers to requests that change nothing. JSON; text.h lays it out. A session in which nothing was done has no model.
#include "session/emulator.h"
#include "session/session_model.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <string>

namespace ddll::session {

/// What the server knows besides.
struct ServerState {
    std::string session;
    std::chrono::milliseconds idle{}; ///< so long without a request, and it ends
    Emulator::State emulator = Emulator::State::not_started;
    std::string gone_because; ///< of an emulator that is stuck or gone
    bool hung = false;        ///< and it was because it could not go on, not because it died
};

nlohmann::json status_json(const SessionModel* model, const ServerState& server);
nlohmann::json why_json(const SessionModel* model, const ServerState& server, const std::string& driver);
/// The last `events` entries of the journal, or with 0 what happened in every step.
nlohmann::json log_json(const SessionModel* model, std::uint64_t events);

} // namespace ddll::session
