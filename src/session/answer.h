#pragma once
/// What came of a request, as a value; its JSON goes to the client, and `--format json` prints it.
#include "report/run_log.h"
#include "session/mailboxes.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::session {

enum class AnswerKind : std::uint8_t {
    done,    ///< a step that has no value
    value,   ///< what the call returned
    raised,  ///< ... or its exception
    blocked, ///< the caller waits inside the call
    ended,   ///< the caller did not survive the call, or the session has ended
    died,    ///< the driver took the emulator with it
    messages,
};
std::string_view name(AnswerKind kind);
/// That of an answer's JSON; nothing when it is an error or a query's.
std::optional<AnswerKind> kind_of(const nlohmann::json& answer);

struct Answer {
    AnswerKind kind = AnswerKind::done;
    bool failed = false;
    std::optional<std::uint32_t> step; ///< from 0
    std::vector<report::Line> lines;
    std::vector<scenario::RunFinding> findings; ///< that no answer before has named

    // Of a call.
    std::string term;                              ///< Erlang, with the session's names; empty when there is none
    std::string exception_class;                   ///< of raised
    std::optional<std::vector<std::string>> means; ///< sentences
    std::optional<std::uint64_t> promises;         ///< the reference of a message to come
    std::optional<std::string> impasse;

    enum class Awaited : std::uint8_t { no, came, missed } awaited = Awaited::no; ///< --wait
    Message message;                                                              ///< that came

    std::optional<scenario::Death> death;
    std::uint32_t death_step = 0; ///< from 1
    bool stopped = false;         ///< the session has ended because it was told to
};
nlohmann::json to_json(const Answer& answer);

/// What a mailbox held.
nlohmann::json messages_json(const std::vector<Message>& messages);

} // namespace ddll::session
