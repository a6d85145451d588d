#include "check/verdict.h"

#include "base/prose.h"
#include "base/text.h"
#include "findings/fixes.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace ddll::check {

namespace {

std::string where(const scenario::Death& death) {
    std::string out = death.in.callback ? " in " + death.in.callback_name() : std::string(" outside of any callback");
    if (const auto* frame = known_frame(death.stack)) out += ", " + frame->source;
    return out;
}

/// The driver's frames, innermost first: "write_to (crash_in.cpp:38), called by init (crash_in.cpp:60)".
std::string calls_of(const scenario::Death& death) {
    std::string out;
    int frames = 0;
    for (const scenario::StackFrame& frame : death.stack) {
        if (frame.source.empty() || ++frames > 4) continue;
        const std::string function = frame.function.substr(0, frame.function.find(" [clone"));
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", called by ", function, frame.source);
    }
    return out.empty() ? death.headline : out;
}

/// Whose code it was, where two files were in play.
Side side_of(const CheckRun& run, const scenario::Death& death) {
    if (run.of != Side::replacement) return run.of;
    return death.in.version == "old" ? Side::older : death.in.version == "new" ? Side::newer : Side::replacement;
}

/// Two runs that crashed alike: the same end at the same place, in whichever copy of the file.
auto way_of(const CheckRun& run) {
    const scenario::Death& death = *run.result.death;
    const auto* frame = known_frame(death.stack);
    return std::tuple(side_of(run, death), death.signal, death.exit_status, death.timed_out, death.exception.empty(),
                      death.in.callback, frame == nullptr ? std::string() : frame->source);
}

/// In two versions of a file lines move: what ended, and where as far as that stays the same.
std::string way_text(const scenario::Death& death) {
    std::string what = death.signal;
    if (what.empty() && death.exit_status) what = fmt::format("exit {}", *death.exit_status);
    if (!death.exception.empty()) what += " exception";
    return fmt::format("{} in {}", what, death.in.callback ? death.in.callback_name() : "no callback");
}

/// Did it happen when the newer file was there, to replace the older one?
bool is_in_replacement(const CheckRun& run, const scenario::Death& death) {
    if (run.of != Side::replacement) return false;
    for (std::size_t i = run.result.flat.size(); i-- > 0;)
        if (std::holds_alternative<scenario::InstallStep>(run.result.flat[i].step->what))
            return death.in.step != UINT32_MAX && death.in.step > i;
    return false;
}

/// Is data of the call what the driver was working on?
bool takes_data(const scenario::Death& death) {
    using enum words::Callback;
    return death.in.callback && (*death.in.callback == control || *death.in.callback == call ||
                                 *death.in.callback == output || *death.in.callback == outputv);
}

/// Limits of ours, which say nothing about the driver.
std::optional<std::string> limit_of(const CheckRun& run) {
    const scenario::RunResult& result = run.result;
    if (result.death && result.death->out_of_memory)
        return fmt::format("the memory limit of a run was reached ({})", run.title);
    if (result.death && result.death->timed_out && !result.death->in.callback)
        return fmt::format("the time limit of a run was reached while no code of the driver ran in a callback ({}); "
                           "--timeout gives more",
                           run.title);
    if (result.impasse == words::ImpasseKind::journal_full)
        return fmt::format("the journal of a run was full ({})", run.title);
    if (result.impasse == words::ImpasseKind::not_simulated)
        return fmt::format("ddlltool does not simulate what was asked for ({})", run.title);
    return std::nullopt;
}

std::string hang_of(const scenario::RunResult& result) {
    return result.failures.empty() ? std::string("no end") : result.failures.back().got;
}

} // namespace

const scenario::StackFrame* known_frame(const std::vector<scenario::StackFrame>& stack) {
    const auto it = std::find_if(stack.begin(), stack.end(), [](const auto& frame) { return !frame.source.empty(); });
    return it == stack.end() ? nullptr : &*it;
}

Crashes crashes_of(const CheckResult& checked) {
    Crashes out;
    std::vector<const CheckRun*> ways;
    const auto seen = [&](const CheckRun& run) {
        return std::find_if(ways.begin(), ways.end(),
                            [&](const auto* way) { return way != nullptr && way_of(*way) == way_of(run); });
    };
    for (const CheckRun& run : checked.runs) {
        const scenario::RunResult& result = run.result;
        if (auto limit = limit_of(run)) {
            // What the older file needs says nothing about the newer one.
            if (run.of != Side::older) out.limits.push_back({Ground::limit_reached, prose(*std::move(limit))});
            continue;
        }
        CheckFinding fresh;
        if (result.death && !result.death->expected) {
            const scenario::Death& death = *result.death;
            const bool invented = takes_data(death) && run.invents;
            if (const auto known = seen(run); known != ways.end()) {
                CheckFinding& finding = out.findings[static_cast<std::size_t>(known - ways.begin())];
                finding.runs.push_back(run.title);
                finding.invented = finding.invented && invented;
                finding.in_replacement = finding.in_replacement || is_in_replacement(run, death);
                continue;
            }
            ways.push_back(&run);
            fresh.of = side_of(run, death);
            fresh.in_replacement = is_in_replacement(run, death);
            fresh.way = way_text(death);
            fresh.rule = death.timed_out ? Rule::driver_hung : Rule::driver_crashed;
            fresh.title = prose(fmt::format("{}: {}{}", checked.name, death.what, where(death)));
            fresh.evidence = prose(calls_of(death));
            fresh.stack = death.stack;
            fresh.fix = prose(findings::fix_of_exception(death.exception));
            if (fresh.fix.empty()) fresh.fix = death.advice;
            fresh.invented = invented;
            fresh.out_of_driver =
                !death.in.callback && !death.timed_out && !death.signal.empty() && known_frame(death.stack) == nullptr;
        } else if (result.verdict == scenario::Verdict::hung) {
            ways.push_back(nullptr);
            fresh.of = run.of;
            fresh.way = "no end";
            fresh.rule = Rule::driver_hung;
            fresh.title = prose(fmt::format("{}: {}", checked.name, hang_of(result)));
            fresh.evidence = hang_of(result);
        } else {
            continue;
        }
        fresh.severity = Severity::error;
        fresh.confirmed = true;
        fresh.runs = {run.title};
        out.findings.push_back(std::move(fresh));
    }
    return out;
}

std::vector<CheckFinding> failures_of(const CheckResult& checked, const CheckRun& run) {
    std::vector<CheckFinding> out;
    const scenario::RunResult& result = run.result;
    if (result.verdict != scenario::Verdict::failed) return out;
    for (const scenario::Failure& failure : result.failures) {
        FailedExpectation expectation;
        expectation.place.file = result.file;
        if (failure.step < result.flat.size()) {
            expectation.place = result.flat[failure.step].step->place;
            expectation.step = result.flat[failure.step].number;
        }
        expectation.what = failure.what;
        expectation.expected = failure.expected;
        expectation.got = failure.got;
        expectation.fix = failure.help;
        CheckFinding& finding = out.emplace_back();
        finding.rule = Rule::workload_failed;
        finding.of = run.of;
        finding.way =
            fmt::format("{}:{} {} {}", expectation.place.file, expectation.place.line, expectation.step, failure.what);
        finding.severity = Severity::error;
        finding.confirmed = true;
        finding.title = prose(fmt::format(
            "{}: {} of \"{}\" failed", checked.name,
            expectation.step == 0 ? "an expectation" : fmt::format("step {}", expectation.step), run.title));
        finding.evidence = prose(fmt::format("{}: expected {}, got {}", failure.what, failure.expected, failure.got));
        finding.runs = {run.title};
        finding.fix = failure.help;
        finding.expectation = std::move(expectation);
    }
    return out;
}

} // namespace ddll::check
