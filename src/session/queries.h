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
    std::string gone_because;                       ///< of an emulator that is stuck or gone
    bool hung = false;                              ///< and it was because it could not go on, not because it died
    words::Release release = words::newest_release; ///< that is simulated
};

nlohmann::json status_json(const SessionModel* model, const ServerState& server);
nlohmann::json why_json(const SessionModel* model, const ServerState& server, const std::string& driver);
/// What was done in a session as a scenario file, and what came of it as expectations: {"scenario": the file as JSON,
/// "files": {name in it: path of a copy}, "trouble": why it may not run, if so}. Driver files are named as they are to
/// lie beside the scenario.
nlohmann::json export_scenario(const SessionModel& model, const std::string& session); // export.cpp
/// The last `events` entries of the journal, or with 0 what happened in every step.
nlohmann::json log_json(const SessionModel* model, std::uint64_t events);

} // namespace ddll::session
