#include "check/verdict.h"

#include <algorithm>

namespace ddll::check {

namespace {

/// What an older file leaves behind, or does, when it goes: a node meets it in the replacement. Everything else is over
/// with its last port, or hurts as long as it is not replaced.
constexpr Rule of_leaving[] = {
    Rule::async_job_outstanding,
    Rule::callback_registered_elsewhere,
    Rule::child_port_left_open,
    Rule::child_process_left,
    Rule::dependency_pinned,
    Rule::dso_holds_itself,
    Rule::dso_nodelete_flag,
    Rule::dso_pinned_by_importer,
    Rule::dso_pinned_thread_local_destructor,
    Rule::dso_pinned_unique_symbol,
    Rule::emulator_descriptor_taken,
    Rule::entry_outlives_library,
    Rule::environment_points_into_driver,
    Rule::foreign_children_awaited,
    Rule::joinable_thread_in_static,
    Rule::on_exit_handler_left,
    Rule::openmp_runtime_unloaded,
    Rule::pdl_reference_leak,
    Rule::permanent_by_driver_lock,
    Rule::posix_timer_left,
    Rule::pthread_key_destructor_left,
    Rule::queue_never_drained,
    Rule::reload_kept_old_code,
    Rule::sigaltstack_left,
    Rule::signal_handler_left,
    Rule::slow_finish_freezes_node,
    Rule::thread_outlives_driver,
    Rule::unload_deadlock_in_destructor,
};

bool is_end(const CheckFinding& finding) {
    return finding.rule == Rule::driver_crashed || finding.rule == Rule::driver_hung;
}

bool harms_replacement(const CheckFinding& finding) {
    if (!finding.in_replacement || finding.severity == Severity::note) return false;
    return is_end(finding) ||
           std::find(std::begin(of_leaving), std::end(of_leaving), finding.rule) != std::end(of_leaving);
}

CheckFinding* like(const CheckFinding& finding, std::vector<CheckFinding>& others) {
    const auto it = std::find_if(others.begin(), others.end(), [&](const CheckFinding& other) {
        return other.rule == finding.rule && other.way == finding.way;
    });
    return it == others.end() ? nullptr : &*it;
}

void add_runs(CheckFinding& known, const CheckFinding& more) {
    known.in_replacement = true;
    for (const std::string& run : more.runs)
        if (std::find(known.runs.begin(), known.runs.end(), run) == known.runs.end()) known.runs.push_back(run);
}

} // namespace

void compare_sides(CheckResult& checked, Sides sides) {
    for (CheckFinding& finding : sides.both) {
        finding.in_replacement = true;
        CheckFinding *newer = like(finding, sides.newer), *older = like(finding, sides.older);
        if (newer != nullptr) add_runs(*newer, finding);
        if (older != nullptr) add_runs(*older, finding);
        if (newer != nullptr || older != nullptr) continue;
        // Which code runs after a reload depends on whether the older one left.
        finding.of = finding.rule == Rule::reload_kept_old_code ? Side::older : Side::replacement;
        finding.baseline = finding.of == Side::older ? Baseline::unchanged : Baseline::fresh;
        checked.findings.push_back(std::move(finding));
    }
    for (CheckFinding& finding : sides.older) {
        const bool still_there = like(finding, sides.newer) != nullptr;
        finding.of = Side::older;
        finding.baseline = still_there || harms_replacement(finding) ? Baseline::unchanged : Baseline::absent;
        // The newer file's own is told, and counts for both.
        if (still_there) continue;
        // Where the replacement also went well, it depends on what is in use.
        if (finding.baseline == Baseline::unchanged && is_end(finding) && sides.replaced)
            finding.severity = std::min(finding.severity, Severity::warning);
        (finding.baseline == Baseline::absent ? checked.fixed : checked.findings).push_back(finding);
    }
    for (CheckFinding& finding : sides.newer) {
        const bool known = like(finding, sides.older) != nullptr;
        finding.baseline = known ? Baseline::unchanged : sides.unseen ? Baseline::none : Baseline::fresh;
        checked.findings.push_back(std::move(finding));
    }
    std::stable_sort(checked.fixed.begin(), checked.fixed.end(), [](const CheckFinding& a, const CheckFinding& b) {
        return a.severity != b.severity ? a.severity > b.severity : a.rule < b.rule;
    });
}

} // namespace ddll::check
