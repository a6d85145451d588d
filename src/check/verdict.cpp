#include "check/verdict.h"

#include "findings/hazards.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

bool has(const CheckResult& checked, std::string_view rule, bool confirmed) {
    return std::any_of(checked.findings.begin(), checked.findings.end(),
                       [&](const Finding& f) { return f.rule == rule && f.confirmed == confirmed; });
}

bool static_error(const Grounds& grounds, std::string_view rule) {
    return std::any_of(grounds.statics->begin(), grounds.statics->end(), [&](const findings::Finding& f) {
        return f.rule->id == rule && f.severity == findings::Severity::error;
    });
}

// The file says that it may be, and a close look at its use did not see it.
void soften_what_was_not_seen(CheckResult& checked) {
    const auto visible = findings::hazard_rules();
    for (Finding& finding : checked.findings) {
        if (finding.confirmed || finding.severity != "warning") continue;
        if (std::find(visible.begin(), visible.end(), finding.rule) == visible.end()) continue;
        finding.severity = "note";
        finding.evidence += "; not seen to happen here";
    }
}

// One thing is said once, in its most exact words.
void drop_what_is_said_better(CheckResult& checked) {
    const bool slow = has(checked, "slow-finish-freezes-node", true) || has(checked, "callback-stalls-scheduler", true);
    const bool wrong_heap = has(checked, "wrong-heap-free", true);
    const bool lacks_library = has(checked, "missing-dependency", true);
    std::erase_if(checked.findings, [&](const Finding& f) {
        if (f.rule == "callback-sleeps") return slow;
        // What was given to the wrong heap is not freed here.
        if (f.rule == "heap-leak-outside-driver-heap") return wrong_heap;
        return f.rule == "missing-symbol" && !f.confirmed && f.severity != "error" && lacks_library;
    });
}

// A name that a node has and this emulator has not: that the load failed here says nothing about a node.
bool failed_only_here(CheckResult& checked, const Grounds& grounds) {
    if (!has(checked, "non-api-emulator-symbol", false) || !has(checked, "missing-symbol", true) ||
        static_error(grounds, "missing-symbol"))
        return false;
    std::erase_if(checked.findings,
                  [](const Finding& f) { return f.rule == "missing-symbol" || f.rule == "reload-leaves-no-driver"; });
    return true;
}

void suppress(CheckResult& checked) {
    for (Finding& finding : checked.findings)
        for (Suppression& s : checked.suppressions) {
            if (s.expired || s.rule != finding.rule) continue;
            if (!s.subject.empty() && s.subject != checked.name) continue;
            s.used = true;
            finding.suppressed = &s;
            break;
        }
}

/// Did a story end in a way that no accepted finding explains?
bool died_unexplained(const CheckResult& checked, const CheckRun& trial) {
    using enum scenario::Verdict;
    if (trial.result.verdict != crashed && trial.result.verdict != hung) return false;
    return std::none_of(checked.findings.begin(), checked.findings.end(), [&](const Finding& f) {
        return f.suppressed != nullptr && std::find(f.trials.begin(), f.trials.end(), trial.title) != f.trials.end();
    });
}

} // namespace

void judge(CheckResult& checked, const Grounds& grounds) {
    if (grounds.used) soften_what_was_not_seen(checked);
    drop_what_is_said_better(checked);
    bool unseen = failed_only_here(checked, grounds) || checked.interrupted;
    std::stable_sort(checked.findings.begin(), checked.findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(severity_rank(a.severity), a.rule) < std::pair(severity_rank(b.severity), b.rule);
    });
    suppress(checked);
    bool unsafe = grounds.unusable;
    for (const Finding& finding : checked.findings) {
        if (finding.suppressed != nullptr) continue;
        unsafe = unsafe || finding.severity == "error";
        if (finding.severity == "warning")
            checked.conditions.push_back(fmt::format("{}: {}", finding.rule, finding.advice));
    }
    for (const CheckRun& trial : checked.trials) {
        unsafe = unsafe || died_unexplained(checked, trial);
        unseen = unseen || trial.result.verdict == scenario::Verdict::bug ||
                 trial.result.verdict == scenario::Verdict::skipped;
    }
    checked.verdict = unsafe                     ? Verdict::unsafe
                    : unseen                   ? Verdict::unknown
                    : checked.conditions.empty() ? Verdict::safe
                                               : Verdict::safe_if;
}

const char* name(Verdict verdict) {
    switch (verdict) {
    case Verdict::safe:
        return "SAFE";
    case Verdict::safe_if:
        return "SAFE-IF";
    case Verdict::unsafe:
        return "UNSAFE";
    case Verdict::unknown:
        return "UNKNOWN";
    }
    return "UNKNOWN";
}

int severity_rank(std::string_view severity) {
    return severity == "error" ? 0 : severity == "warning" ? 1 : 2;
}

} // namespace ddll::check
