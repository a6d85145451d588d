#include "check/verdict.h"

#include "base/prose.h"
#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

bool has(const std::vector<CheckFinding>& findings, Rule rule, bool confirmed) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const CheckFinding& f) { return f.rule == rule && f.confirmed == confirmed; });
}

bool static_error(const Grounds& grounds, Rule rule) {
    return std::any_of(grounds.statics->begin(), grounds.statics->end(),
                       [&](const findings::Finding& f) { return f.rule == rule && f.severity == Severity::error; });
}

// The file says that it may be, and a close look at its use did not see it.
void soften_what_was_not_seen(std::vector<CheckFinding>& findings) {
    for (CheckFinding& finding : findings) {
        if (finding.confirmed || finding.severity != Severity::warning) continue;
        if (!words::is_found(words::by_probe, finding.rule) && finding.rule != Rule::dso_pinned_thread_local_destructor)
            continue;
        finding.severity = Severity::note;
        finding.evidence += prose("; not seen to happen here");
    }
}

// A crash outside of the driver's own code, and a runtime whose threads go on where its code was: one explains the
// other.
void join_crashes_of_runtimes(std::vector<CheckFinding>& findings) {
    for (CheckFinding& runtime : findings) {
        if (runtime.rule != Rule::openmp_runtime_unloaded) continue;
        for (CheckFinding& crash : findings) {
            if (crash.rule != Rule::driver_crashed || !crash.out_of_driver) continue;
            if (!runtime.confirmed) runtime.evidence += prose(", and a thread of it crashed: " + crash.title);
            runtime.confirmed = true;
            runtime.severity = Severity::error;
            for (const std::string& run : crash.runs)
                if (std::find(runtime.runs.begin(), runtime.runs.end(), run) == runtime.runs.end())
                    runtime.runs.push_back(run);
            crash.evidence += prose("; a thread of the runtime ran on where its code had been (see " +
                                    std::string(name(runtime.rule)) + ")");
            crash.fix = fix_of(runtime);
        }
    }
}

// What keeps the code in memory, which is no harm where the emulator keeps it, too.
bool is_pin(Rule rule) {
    using enum Rule;
    constexpr Rule pins[] = {dso_pinned,
                             dso_pinned_by_importer,
                             dso_pinned_thread_local_destructor,
                             dso_pinned_unique_symbol,
                             dso_nodelete_flag,
                             dso_holds_itself,
                             openmp_runtime_unloaded,
                             reload_kept_old_code};
    return std::find(std::begin(pins), std::end(pins), rule) != std::end(pins);
}

// From its first port on a driver that makes itself permanent is never unloaded. What it leaves behind when it is
// unloaded before, matters to those only who replace it without ever having used it.
void soften_what_permanence_settles(CheckResult& checked) {
    const auto is_permanent = [](const CheckFinding& f) {
        return f.rule == Rule::permanent_by_driver_lock && f.confirmed && f.of == Side::newer;
    };
    if (std::none_of(checked.findings.begin(), checked.findings.end(), is_permanent)) return;
    const auto with_port = [&](const CheckFinding& finding) {
        return std::any_of(checked.runs.begin(), checked.runs.end(), [&](const CheckRun& run) {
            return run.of == finding.of && opened_a_port(run.result) &&
                   std::find(finding.runs.begin(), finding.runs.end(), run.title) != finding.runs.end();
        });
    };
    for (CheckFinding& finding : checked.findings) {
        const bool settled = is_pin(finding.rule) || (finding.confirmed && finding.severity == Severity::warning);
        if (!settled || finding.of != Side::newer || with_port(finding)) continue;
        finding.severity = Severity::note;
        finding.evidence += prose("; only before the first port is opened, which makes the driver permanent");
    }
}

// One thing is said once, in its most exact words.
void drop_what_is_said_better(std::vector<CheckFinding>& findings) {
    const bool slow =
        has(findings, Rule::slow_finish_freezes_node, true) || has(findings, Rule::callback_stalls_scheduler, true);
    const bool wrong_heap = has(findings, Rule::wrong_heap_free, true);
    const bool lacks_library = has(findings, Rule::missing_dependency, true);
    std::erase_if(findings, [&](const CheckFinding& f) {
        if (f.rule == Rule::callback_sleeps) return slow;
        // What was given to the wrong heap is not freed here.
        if (f.rule == Rule::heap_leak_outside_driver_heap) return wrong_heap;
        return f.rule == Rule::missing_symbol && !f.confirmed && f.severity != Severity::error && lacks_library;
    });
}

// A name that a node has and this emulator has not: that the load failed here says nothing about a node.
bool failed_only_here(CheckResult& checked, const Grounds& grounds) {
    if (!has(checked.findings, Rule::non_api_emulator_symbol, false) ||
        !has(checked.findings, Rule::missing_symbol, true) || static_error(grounds, Rule::missing_symbol))
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

/// What is missing, or goes wrong, besides the findings.
void add_reasons_of_runs(CheckResult& checked) {
    for (const CheckRun& run : checked.runs) {
        using enum scenario::Verdict;
        if (run.result.verdict == bug)
            checked.reasons.push_back(
                {Ground::own_fault, fmt::format("{}: {}", run.title, run.result.failures.front().got)});
        // What only the machine refuses has a reason of its own.
        if (run.result.verdict == skipped && !run.result.skipped.left_out) checked.interrupted = true;
    }
    if (checked.interrupted) checked.reasons.push_back({Ground::interrupted, "it was interrupted"});
}

std::string condition(const CheckFinding& finding) {
    if (finding.suppressed != nullptr)
        return fmt::format("{}: accepted until {}: {}", name(finding.rule), finding.suppressed->expires,
                           finding.suppressed->reason);
    if (finding.invented)
        return fmt::format("{}, on data that your module may never send (--control, --call, --command and --workload "
                           "say what it sends)",
                           finding.title);
    if (finding.of == Side::older)
        return fmt::format("{} (a fault of the older file, which the replacement meets)", finding.title);
    return finding.title;
}

// "Interrupted" is the answer whatever was seen until then: what was not looked at may be worse, or make it harmless.
bool comes_first(const Reason& a, const Reason& b) {
    const auto interrupts = [](const Reason& reason) { return reason.ground == Ground::interrupted; };
    if (interrupts(a) != interrupts(b)) return interrupts(a);
    return a.ground > b.ground;
}

} // namespace

void sort_reasons(std::vector<Reason>& reasons) {
    std::stable_sort(reasons.begin(), reasons.end(), comes_first);
}

void weigh(std::vector<CheckFinding>& findings, bool used) {
    if (used) soften_what_was_not_seen(findings);
    drop_what_is_said_better(findings);
}

Ground ground_of(const CheckFinding& finding) {
    if (finding.severity == Severity::note) return Ground::nothing;
    if (finding.baseline == Baseline::absent) return Ground::older_only;
    if (finding.suppressed != nullptr) return Ground::accepted;
    if (finding.of == Side::older && !finding.invented)
        return finding.severity == Severity::warning ? Ground::older_hampers : Ground::older_breaks;
    if (finding.severity == Severity::warning) return finding.invented ? Ground::invented_data : Ground::warning;
    if (finding.rule == Rule::driver_crashed) return Ground::crashed;
    if (finding.rule == Rule::driver_hung) return Ground::hung;
    if (finding.rule == Rule::workload_failed) return Ground::workload_failed;
    return Ground::error;
}

void conclude(CheckResult& checked, const Grounds& grounds) {
    join_crashes_of_runtimes(checked.findings);
    weigh(checked.findings, grounds.used);
    soften_what_permanence_settles(checked);
    checked.reasons = grounds.more;
    if (failed_only_here(checked, grounds))
        checked.reasons.push_back({Ground::only_here, "it uses a name that a node has and ddlltool has not"});
    // Another reading of the same bytes may come to no harm.
    for (CheckFinding& finding : checked.findings)
        if (finding.invented) finding.severity = std::min(finding.severity, Severity::warning);
    std::stable_sort(checked.findings.begin(), checked.findings.end(),
                     [](const CheckFinding& a, const CheckFinding& b) {
                         return a.severity != b.severity ? a.severity > b.severity : a.rule < b.rule;
                     });
    suppress(checked);
    for (const CheckFinding& finding : checked.findings)
        if (const Ground ground = ground_of(finding); ground != Ground::nothing)
            checked.reasons.push_back({ground, condition(finding)});
    add_reasons_of_runs(checked);
    sort_reasons(checked.reasons);
    checked.verdict =
        checked.reasons.empty() ? row(Ground::nothing).verdict : row(checked.reasons.front().ground).verdict;
}

} // namespace ddll::check
