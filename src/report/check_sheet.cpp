#include "report/check.h"

#include <fmt/format.h>

namespace ddll::report {

namespace {

using check::CheckResult;

SheetFinding sheet_finding(const CheckResult& checked, const check::CheckFinding& finding, const std::string& root) {
    SheetFinding out;
    out.rule = finding.rule;
    out.severity = finding.severity;
    out.about = checked.name;
    out.title = finding.title + only_on(finding);
    out.evidence = finding.evidence;
    out.fix = fix_of(finding);
    out.place = location_of(checked, finding, root);
    out.stack = finding.stack;
    out.runs = finding.runs;
    out.status = status_of(finding);
    out.observed = finding.confirmed;
    out.fixed = finding.baseline == check::Baseline::absent;
    if (finding.suppressed != nullptr)
        out.accepted = fmt::format("accepted until {}: {}", finding.suppressed->expires, finding.suppressed->reason);
    if (finding.invented) out.evidence += "; the data of the call was invented by ddlltool";
    if (finding.expectation) {
        out.expected = finding.expectation->expected;
        out.got = finding.expectation->got;
    }
    return out;
}

SheetTable table(std::string heading, const std::vector<std::string>& texts) {
    SheetTable out{std::move(heading), {}};
    for (const std::string& text : texts) out.rows.emplace_back("", text);
    return out;
}

} // namespace

Sheet check_sheet(const CheckResult& checked, const CheckFormatOptions& options) {
    Sheet out;
    out.title = "ddlltool check " + checked.name;
    out.verdict = check::name(checked.verdict);
    out.good = checked.verdict == check::Safety::safe;
    out.summary = check_summary(checked);
    out.interrupted = checked.interrupted;
    out.file = relative({checked.file, 0}, options.root).file;
    if (checked.verdict == check::Safety::unknown) out.trouble = main_reason(checked);
    for (const auto* list : {&checked.findings, &checked.fixed})
        for (const check::CheckFinding& finding : *list)
            out.findings.push_back(sheet_finding(checked, finding, options.root));
    SheetTable files{"files", {{"checked", checked.file}}};
    if (!checked.against.empty()) files.rows.emplace_back("against", checked.against);
    out.tables.push_back(std::move(files));
    SheetTable releases{"releases", {}};
    for (const check::ReleaseVerdict& one : checked.across.releases)
        releases.rows.emplace_back(
            fmt::format("OTP {}", words::name(one.release)),
            fmt::format("{}{}", check::name(one.verdict), one.reason.empty() ? "" : ": " + one.reason));
    if (releases.rows.empty())
        releases.rows.emplace_back("simulated", fmt::format("OTP {}", words::name(checked.release)));
    out.tables.push_back(std::move(releases));
    SheetTable differs{"answers that differ between releases", {}};
    for (const check::ReleaseAnswers& line : checked.across.answers)
        differs.rows.emplace_back(line.call, answers_by_release(checked, line));
    out.tables.push_back(std::move(differs));
    out.notes = differing_answers(checked);
    SheetTable reasons{checked.verdict == check::Safety::safe_if ? "conditions" : "reasons", {}};
    for (const check::Reason& reason : checked.reasons)
        reasons.rows.emplace_back(check::name(check::row(reason.ground).verdict), reason.text);
    out.tables.push_back(std::move(reasons));
    SheetTable answers{"answers that differ", {}};
    for (const check::AnswerChange& change : checked.answers)
        answers.rows.emplace_back(change.call, fmt::format("{}; now {}", change.older, change.newer));
    out.tables.push_back(std::move(answers));
    out.tables.push_back(
        table(checked.coverage.own_calls ? "calls" : "calls, their data invented by ddlltool", checked.coverage.calls));
    const std::string missed = callbacks_missed(checked.coverage);
    SheetTable callbacks{"callbacks", {{"reached", callbacks_reached(checked.coverage)}}};
    if (!missed.empty()) callbacks.rows.emplace_back("not reached", missed);
    out.tables.push_back(std::move(callbacks));
    SheetTable stories{"stories", {}};
    for (const check::CheckRun& run : checked.runs) {
        const bool ended = run.result.verdict == scenario::Verdict::passed ||
                           (run.result.verdict == scenario::Verdict::failed && !run.id.starts_with("workload"));
        if (ended) out.passed.push_back(run.title);
        stories.rows.emplace_back(ended ? "ended" : scenario::name(run.result.verdict), run.title);
    }
    out.tables.push_back(std::move(stories));
    out.tables.push_back(table("not looked at", checked.not_looked_at));
    std::erase_if(out.tables, [](const SheetTable& one) { return one.rows.empty(); });
    return out;
}

} // namespace ddll::report
