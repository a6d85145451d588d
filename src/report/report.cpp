#include "report/report.h"

#include <fmt/format.h>

namespace ddll::report {

using scenario::Verdict;

bool reaches(words::Severity severity, FailOn fail_on) {
    using words::Severity;
    const auto level = fail_on == FailOn::error     ? Severity::error
                       : fail_on == FailOn::warning ? Severity::warning
                                                    : Severity::note;
    return fail_on != FailOn::never && severity >= level;
}

bool counts(const scenario::RunFinding& finding, FailOn fail_on) {
    return !finding.expected && reaches(finding.severity, fail_on);
}

Verdict verdict_of(const scenario::RunResult& result, FailOn fail_on) {
    if (result.verdict != Verdict::passed) return result.verdict;
    for (const auto& finding : result.findings)
        if (counts(finding, fail_on)) return Verdict::failed;
    return Verdict::passed;
}

Counts count(const Run& run, FailOn fail_on) {
    static constexpr std::uint32_t Counts::*of[] = {&Counts::passed,   &Counts::failed, &Counts::crashed, &Counts::hung,
                                                    &Counts::unusable, &Counts::bugs,   &Counts::skipped};
    Counts n;
    for (const auto& result : run.results) ++(n.*of[static_cast<std::size_t>(verdict_of(result, fail_on))]);
    return n;
}

std::string summary_line(const Run& run, FailOn fail_on) {
    const Counts n = count(run, fail_on);
    std::string line = fmt::format("{} passed, {} failed", n.passed, n.failed);
    const auto add = [&](std::uint32_t how_many, std::string_view word) {
        if (how_many > 0) line += fmt::format(", {} {}", how_many, word);
    };
    add(n.crashed, "crashed");
    add(n.hung, "hung");
    add(n.unusable, "unusable");
    add(n.bugs, n.bugs == 1 ? "bug of ddlltool" : "bugs of ddlltool");
    add(n.skipped, "skipped");
    if (run.interrupted) line += " (interrupted)";
    return line;
}

std::string headline(const scenario::RunResult& result, FailOn fail_on) {
    const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    if (result.verdict == Verdict::skipped) return first_line(result.skipped.why);
    if (result.death && !result.death->expected) return first_line(result.death->headline);
    if (!result.failures.empty()) {
        const auto& f = result.failures.front();
        return first_line(fmt::format("{}: expected {}, got {}", f.what, f.expected, f.got));
    }
    if (!result.mistakes.empty()) return first_line(result.mistakes.front().message);
    for (const auto& finding : result.findings)
        if (counts(finding, fail_on)) return first_line(fmt::format("{}: {}", name(finding.rule), finding.title));
    return result.verdict == Verdict::passed ? "" : scenario::name(result.verdict);
}

} // namespace ddll::report
