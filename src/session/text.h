#pragma once
/// Answers as people read them. Each function returns whole lines.
#include "report/style.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::session {

/// Of a step: the term, what it means, what happened, findings, or how the driver died.
std::string answer_text(const nlohmann::json& answer, const report::Style& style);
/// What was in the mailbox, one message a line.
std::string messages_text(const nlohmann::json& answer, const report::Style& style);
/// At most 80 columns wide, but for names that are longer.
std::string status_text(const nlohmann::json& status, const report::Style& style);
std::string why_text(const nlohmann::json& why, const report::Style& style);

/// Only the Erlang term, with a full stop, as file:consult reads it; steps without one give ok.
std::string answer_term(const nlohmann::json& answer);
/// A JSON value as an Erlang term: maps with atoms as keys, texts as binaries.
std::string as_term(const nlohmann::json& json);

} // namespace ddll::session
