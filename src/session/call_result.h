#pragma once
/// What the call of a step returned, read from the journal.
#include "session/answer.h"
#include "term/text.h"

#include <string>

namespace ddll::session {

struct CallResult {
    AnswerKind kind = AnswerKind::ended; ///< value, raised, blocked, or ended: the caller did not survive it
    term::Term value;                    ///< or the reason
    std::string text;                    ///< the same as Erlang text, with the session's names
    std::string exception_class;         ///< of raised
    std::string load_text;               ///< what the loader said when a library could not be opened in this step

    /// An exception, or {error, _}.
    bool failed() const;
    /// The reference in {ok, _, Ref}: of a message to come.
    std::optional<std::uint64_t> promises() const;
};

CallResult call_result(const journal::Journal& journal, const scenario::StepResult& step, const term::Namer& namer);

} // namespace ddll::session
