#pragma once
/// The server of one session: keeps what was done, serves one request after the other, and never loads a driver: its
/// child does. It is a process of its own, without a terminal; only its user can reach it.
#include "session/session_folder.h"
#include "words/release.h"

#include <chrono>
#include <optional>

namespace ddll::session {

struct ServerOptions {
    std::chrono::milliseconds idle{std::chrono::hours(2)};          ///< so long without a request, and it ends
    std::optional<words::Release> release{};                        ///< that is simulated; nothing: the newest
    std::chrono::milliseconds time_limit{std::chrono::seconds(10)}; ///< real time for a request that names none
};

/// Serves until it is told to stop, is idle for too long or gets SIGTERM. `listener` and `lock` are its own.
void serve(const SessionFolder& folder, int listener, int lock, const ServerOptions& options);

} // namespace ddll::session
