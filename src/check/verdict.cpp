#include "check/verdict.h"

#include "base/prose.h"
#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

bool has(const CheckResult& checked, Rule rule, bool confirmed) {
    return std::any_of(checked.findings.begin(), checked.findings.end(),
                       [&](const CheckFinding& f) { return f.rule == rule && f.confirmed == confirmed; });
}

bool static_error(const Grounds& grounds, Rule rule) {
    return std::any_of(grounds.statics->begin(), grounds.statics->end(),
                       [&](const findings::Finding& f) { return f.rule == rule && f.severity == Severity::error; });
}

// The file says that it may be, and a close look at its use did not see it.
void soften_what_was_not_seen(CheckResult& checked) {
    for (CheckFinding& finding : checked.findings) {
        if (finding.confirmed || finding.severity != Severity::warning) continue;
        if (!words::is_found(words::by_probe, finding.rule)) continue;
        finding.severity = Severity::note;
        finding.evidence += prose("; not seen to happen here");
    }
}

// One thing is said once, in its most exact words.
void drop_what_is_said_better(CheckResult& checked) {
    const bool slow =
        has(checked, Rule::slow_finish_freezes_node, true) || has(checked, Rule::callback_stalls_scheduler, true);
    const bool wrong_heap = has(checked, Rule::wrong_heap_free, true);
    const bool lacks_library = has(checked, Rule::missing_dependency, true);
    std::erase_if(checked.findings, [&](const CheckFinding& f) {
        if (f.rule == Rule::callback_sleeps) return slow;
        // What was given to the wrong heap is not freed here.
        if (f.rule == Rule::heap_leak_outside_driver_heap) return wrong_heap;
        return f.rule == Rule::missing_symbol && !f.confirmed && f.severity != Severity::error && lacks_library;
    });
}

// A name that a node has and this emulator has not: that the load failed here says nothing about a node.
bool failed_only_here(CheckResult& checked, const Grounds& grounds) {
    if (!has(checked, Rule::non_api_emulator_symbol, false) || !has(checked, Rule::missing_symbol, true) ||
        static_error(grounds, Rule::missing_symbol))
        return false;
    std::erase_if(checked.findings, [](const CheckFinding& f) {
        return f.rule == Rule::missing_symbol || f.rule == Rule::reload_leaves_no_driver;
    });
    return true;
}

void suppress(CheckResult& checked) {
    for (CheckFinding& finding : checked.findings)
        for (Suppression& s : checked.suppressions) {
            if (s.expired || s.rule != finding.rule) continue;
            if (!s.subject.empty() && s.subject != checked.name) continue;
            s.used = true;
            finding.suppressed = &s;
            break;
        }
}

/// Did a run end in a way that no accepted finding explains?
bool died_unexplained(const CheckResult& checked, const CheckRun& run) {
    using enum scenario::Verdict;
    if (run.result.verdict != crashed && run.result.verdict != hung) return false;
    return std::none_of(checked.findings.begin(), checked.findings.end(), [&](const CheckFinding& f) {
        return f.suppressed != nullptr && std::find(f.runs.begin(), f.runs.end(), run.title) != f.runs.end();
    });
}

} // namespace

void conclude(CheckResult& checked, const Grounds& grounds) {
    if (grounds.used) soften_what_was_not_seen(checked);
    drop_what_is_said_better(checked);
    bool unseen = failed_only_here(checked, grounds) || checked.interrupted;
    std::stable_sort(checked.findings.begin(), checked.findings.end(),
                     [](const CheckFinding& a, const CheckFinding& b) {
                         return a.severity != b.severity ? a.severity > b.severity : a.rule < b.rule;
                     });
    suppress(checked);
    bool unsafe = grounds.unusable;
    for (const CheckFinding& finding : checked.findings) {
        if (finding.suppressed != nullptr) continue;
        unsafe = unsafe || finding.severity == Severity::error;
        if (finding.severity == Severity::warning)
            checked.conditions.push_back(fmt::format("{}: {}", name(finding.rule), words::row(finding.rule).advice));
    }
    for (const CheckRun& run : checked.runs) {
        unsafe = unsafe || died_unexplained(checked, run);
        unseen =
            unseen || run.result.verdict == scenario::Verdict::bug || run.result.verdict == scenario::Verdict::skipped;
    }
    checked.verdict = unsafe                       ? Safety::unsafe
                      : unseen                     ? Safety::unknown
                      : checked.conditions.empty() ? Safety::safe
                                                   : Safety::safe_if;
}

const char* name(Safety verdict) {
    static constexpr const char* names[] = {"SAFE", "SAFE-IF", "UNSAFE", "UNKNOWN"};
    return names[static_cast<std::size_t>(verdict)];
}

} // namespace ddll::check
