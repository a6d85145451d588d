#include "check/gathered.h"
#include "check/verdict.h"
#include "journal/entry.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

std::string printed(std::string_view external) {
    const auto decoded = term::decode(external);
    return decoded ? term::print(decoded->term) : std::string("(cut)");
}

/// What a call was answered: its value, and messages to processes.
struct Reply {
    std::string text;                      ///< "port_control(P, 1, []) -> [] and {P, ok}"
    std::size_t value = std::string::npos; ///< where " -> []" stands in it
    bool refused = false;                  ///< with badarg
    bool raised = false;                   ///< the value is an exception

    std::string answer() const { return value == std::string::npos ? std::string("nothing") : text.substr(value + 4); }
};

/// Call by call.
std::vector<Reply> replies(const scenario::RunResult& run) {
    std::vector<Reply> out;
    for (const journal::Entry& entry : *run.journal) {
        if (const auto* called = std::get_if<journal::Called>(&entry.event)) {
            out.push_back({std::string(called->text)});
            continue;
        }
        if (out.empty()) continue;
        Reply& last = out.back();
        if (const auto* returned = std::get_if<journal::Returned>(&entry.event)) {
            const auto decoded = term::decode(returned->term);
            last.raised |=
                returned->outcome != journal::Outcome::value && returned->outcome != journal::Outcome::blocked;
            last.refused |= decoded && decoded->term.is_atom("badarg");
            last.value = std::min(last.value, last.text.size());
            last.text += " -> " + printed(returned->term);
        } else if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event)) {
            last.text += " and " + printed(delivered->term);
        }
    }
    return out;
}

bool loaded(const CheckRun& run) {
    if (run.result.death || !run.result.journal) return false;
    for (const journal::Entry& entry : *run.result.journal)
        if (std::holds_alternative<journal::ImageFailed>(entry.event)) return false;
    return true;
}

} // namespace

std::vector<CallAnswer> answers_of(const scenario::RunResult& run) {
    std::vector<CallAnswer> out;
    if (!run.journal) return out;
    for (const Reply& reply : replies(run))
        out.push_back({reply.text.substr(0, reply.value), (reply.raised ? "exception " : "") + reply.answer()});
    return out;
}

std::vector<AnswerChange> changed_answers(const CheckRun& older, const CheckRun& newer) {
    std::vector<AnswerChange> out;
    if (!loaded(older) || !loaded(newer)) return out;
    const auto before = replies(older.result), after = replies(newer.result);
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
        const Reply &was = before[i], &is = after[i];
        if (was.text == is.text || was.refused || is.refused) continue;
        out.push_back({newer.title, was.text.substr(0, was.value), was.answer(), is.answer()});
    }
    return out;
}

scenario::RunFinding protocol_finding(const std::string& driver, const AnswerChange& change) {
    auto finding = run_finding(words::Rule::call_protocol_changed, driver,
                               fmt::format("{} -> {}; now -> {}", change.call, change.older, change.newer));
    finding.severity = Severity::note;
    return finding;
}

} // namespace ddll::check
