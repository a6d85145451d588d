#include "session/call_result.h"

#include "term/external.h"

namespace ddll::session {

bool CallResult::failed() const {
    if (kind == AnswerKind::raised) return true;
    return kind == AnswerKind::value && value.is_tuple(2) && value.elements()[0].is_atom("error");
}

std::optional<std::uint64_t> CallResult::promises() const {
    if (kind != AnswerKind::value || !value.is_tuple(3) || !value.elements()[0].is_atom("ok") ||
        !value.elements()[2].is(term::Term::Kind::reference))
        return std::nullopt;
    return value.elements()[2].as_reference();
}

CallResult call_result(const journal::Journal& journal, const scenario::StepResult& bounds, const term::Namer& namer) {
    CallResult out;
    std::optional<ProcessId> caller;
    bool gone = false;
    if (bounds.first_entry == 0) return out;
    for (auto entry = journal.begin(bounds.first_entry); entry && entry->seq <= bounds.last_entry; ++entry) {
        if (const auto* called = std::get_if<journal::Called>(&entry->event)) {
            if (!caller) caller = called->process;
        } else if (const auto* ended = std::get_if<journal::ProcessEnded>(&entry->event)) {
            gone |= caller && ended->process == *caller;
        } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry->event)) {
            out.load_text = failed->text;
        } else if (const auto* returned = std::get_if<journal::Returned>(&entry->event)) {
            if (!caller || returned->process != *caller) continue;
            using enum journal::Outcome;
            out.kind = returned->outcome == blocked ? AnswerKind::blocked
                       : returned->outcome == value ? AnswerKind::value
                                                    : AnswerKind::raised;
            if (returned->outcome == blocked) continue;
            out.exception_class = returned->outcome == raised_exit    ? "exit"
                                  : returned->outcome == raised_throw ? "throw"
                                                                      : "error";
            if (auto decoded = term::decode(returned->term)) {
                out.value = std::move(decoded->term);
                out.text = term::print(out.value, namer);
            }
        }
    }
    // exit/1 is no exception to anybody: its process is gone.
    if (gone && out.kind == AnswerKind::raised) {
        out.kind = AnswerKind::ended;
        out.text.clear();
    }
    return out;
}

} // namespace ddll::session
