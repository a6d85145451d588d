#pragma once
/// What every command that speaks to a session has in common: its options, the connection, the exit code.
#include "cli/choices.h"
#include "cli/exit_code.h"
#include "report/style.h"
#include "session/client.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace ddll::cli {

enum class AnswerFormat : std::uint8_t { text, json, term };

struct SessionOptions {
    std::string session;     ///< a checked name, once they are complete
    std::string as = "user"; ///< process
    AnswerFormat format = AnswerFormat::text;
    Color color = Color::automatic;
    report::Style style; ///< of `color`, once they are complete
    report::FailOn fail_on = report::FailOn::warning;
    std::optional<std::chrono::milliseconds> limit;
    session::ServerOptions server;
};

/// Adds --session, --format, --color and --timeout, and for commands of a process --as and --fail-on. They are complete
/// when they are read.
void add_session_options(Parser& app, SessionOptions& into, bool of_a_process);
/// What else follows from `options.session` and `options.color`, and from DDLLTOOL_SESSION and DDLLTOOL_IDLE.
Result<void> complete(SessionOptions& options);

/// Connects, starting the session if need be, and says so when an earlier one ended badly. Null with `may_start`
/// false: there is none.
Result<std::unique_ptr<session::Connection>> connect(const SessionOptions& options, bool may_start);

/// What became of a request: an answer, or else an error, or else there is no session and none may be started.
struct Reply {
    std::optional<nlohmann::json> answer;
    std::optional<Error> error;
    bool server_gone = false; ///< and that is the error: it was there, and gave no answer
};
/// Asks another server when the one it found was about to end.
Reply ask(const SessionOptions& options, const session::Request& request, bool may_start);

/// Prints the answer to a request that is a step, and gives its exit code.
ExitCode show_answer(const nlohmann::json& answer, const SessionOptions& options);

/// Says on stderr why there is no answer.
ExitCode no_answer(const Reply& reply, const SessionOptions& options);

} // namespace ddll::cli
