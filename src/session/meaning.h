#pragma once
/// What the call of a step returned, read from the journal, and what that means, in words.
#include "session/answer.h"
#include "session/state.h"
#include "term/text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ddll::session {

struct CallResult {
    AnswerKind kind = AnswerKind::ended; ///< value, raised, blocked, or ended: the caller did not survive it
    term::Term value;                    ///< or the reason
    std::string text;                    ///< the same as Erlang text, with the session's names
    std::string exception_class;         ///< of raised
    std::string load_text;               ///< what the loader said when a library could not be opened in this step
    std::string caller_end;              ///< the reason with which the caller ended in this step; empty: it lives
    /// The last of the driver's control, call or start that ran in this step, and what it returned.
    std::optional<std::pair<words::Callback, std::int64_t>> asked{};

    /// An exception, or {error, _}.
    bool failed() const;
    /// The reference in {ok, _, Ref}: of a message to come.
    std::optional<std::uint64_t> promises() const;
};

CallResult call_result(const journal::Journal& journal, const scenario::StepResult& step, const term::Namer& namer);

/// Sentences, in their order; none where the answer speaks for itself. `state` is that after the step.
std::vector<std::string> meaning(const CallResult& result, const scenario::ScenarioStep& step, const State& state,
                                 const term::Namer& namer);

/// "P1 of bob", "P2 of carol", "an async job": what keeps the driver's code, its users only when nothing else does.
std::vector<std::string> holders(const DriverState& driver, const State& state, const term::Namer& namer);

} // namespace ddll::session
