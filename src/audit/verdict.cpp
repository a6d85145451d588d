#include "audit/verdict.h"

#include "check/hazards.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::audit {

namespace {

bool has(const Audit& audit, std::string_view rule, bool confirmed) {
    return std::any_of(audit.findings.begin(), audit.findings.end(),
                       [&](const Finding& f) { return f.rule == rule && f.confirmed == confirmed; });
}

bool static_error(const Grounds& grounds, std::string_view rule) {
    return std::any_of(grounds.statics->begin(), grounds.statics->end(), [&](const check::Finding& f) {
        return f.rule->id == rule && f.severity == check::Severity::error;
    });
}

// The file says that it may be, and a close look at its use did not see it.
void soften_what_was_not_seen(Audit& audit) {
    const auto visible = check::hazard_rules();
    for (Finding& finding : audit.findings) {
        if (finding.confirmed || finding.severity != "warning") continue;
        if (std::find(visible.begin(), visible.end(), finding.rule) == visible.end()) continue;
        finding.severity = "note";
        finding.evidence += "; not seen to happen here";
    }
}

// One thing is said once, in its most exact words.
void drop_what_is_said_better(Audit& audit) {
    const bool slow = has(audit, "slow-finish-freezes-node", true) || has(audit, "callback-stalls-scheduler", true);
    const bool wrong_heap = has(audit, "wrong-heap-free", true);
    const bool lacks_library = has(audit, "missing-dependency", true);
    std::erase_if(audit.findings, [&](const Finding& f) {
        if (f.rule == "callback-sleeps") return slow;
        // What was given to the wrong heap is not freed here.
        if (f.rule == "heap-leak-outside-driver-heap") return wrong_heap;
        return f.rule == "missing-symbol" && !f.confirmed && f.severity != "error" && lacks_library;
    });
}

// A name that a node has and this emulator has not: that the load failed here says nothing about a node.
bool failed_only_here(Audit& audit, const Grounds& grounds) {
    if (!has(audit, "non-api-emulator-symbol", false) || !has(audit, "missing-symbol", true) ||
        static_error(grounds, "missing-symbol"))
        return false;
    std::erase_if(audit.findings,
                  [](const Finding& f) { return f.rule == "missing-symbol" || f.rule == "reload-leaves-no-driver"; });
    return true;
}

void suppress(Audit& audit) {
    for (Finding& finding : audit.findings)
        for (Suppression& s : audit.suppressions) {
            if (s.expired || s.rule != finding.rule) continue;
            if (!s.subject.empty() && s.subject != audit.name) continue;
            s.used = true;
            finding.suppressed = &s;
            break;
        }
}

/// Did a story end in a way that no accepted finding explains?
bool died_unexplained(const Audit& audit, const Trial& trial) {
    using enum scenario::Verdict;
    if (trial.result.verdict != crashed && trial.result.verdict != hung) return false;
    return std::none_of(audit.findings.begin(), audit.findings.end(), [&](const Finding& f) {
        return f.suppressed != nullptr && std::find(f.trials.begin(), f.trials.end(), trial.title) != f.trials.end();
    });
}

} // namespace

void judge(Audit& audit, const Grounds& grounds) {
    if (grounds.used) soften_what_was_not_seen(audit);
    drop_what_is_said_better(audit);
    bool unseen = failed_only_here(audit, grounds) || audit.interrupted;
    std::stable_sort(audit.findings.begin(), audit.findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(severity_rank(a.severity), a.rule) < std::pair(severity_rank(b.severity), b.rule);
    });
    suppress(audit);
    bool unsafe = grounds.unusable;
    for (const Finding& finding : audit.findings) {
        if (finding.suppressed != nullptr) continue;
        unsafe = unsafe || finding.severity == "error";
        if (finding.severity == "warning")
            audit.conditions.push_back(fmt::format("{}: {}", finding.rule, finding.advice));
    }
    for (const Trial& trial : audit.trials) {
        unsafe = unsafe || died_unexplained(audit, trial);
        unseen = unseen || trial.result.verdict == scenario::Verdict::bug ||
                 trial.result.verdict == scenario::Verdict::skipped;
    }
    audit.verdict = unsafe                     ? Verdict::unsafe
                    : unseen                   ? Verdict::unknown
                    : audit.conditions.empty() ? Verdict::safe
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

} // namespace ddll::audit
