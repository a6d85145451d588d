#include "report/check.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace ddll::report {

namespace {

using check::CheckResult;
using words::Severity;

constexpr std::size_t width = 80;

std::string painted(Severity severity, const Style& style) {
    const std::string padded = fmt::format("{:<7}", name(severity)); // before the colours, which have no width
    if (severity == Severity::error) return style.bad(padded);
    if (severity == Severity::warning) return style.warn(padded);
    return style.dim(padded);
}

/// The first line, and the last.
std::string verdict_line(const CheckResult& checked, const Style& style) {
    const std::string text = printable(check_summary(checked)), word = check::name(checked.verdict);
    const std::string rest = text.substr(word.size());
    if (checked.verdict == check::Safety::safe) return style.good(word) + rest + '\n';
    return (checked.verdict == check::Safety::unsafe ? style.bad(word) : style.warn(word)) + rest + '\n';
}

/// "first; second; third and 4 more".
std::string some(const std::vector<std::string>& titles) {
    std::string out;
    for (std::size_t i = 0; i < titles.size() && i < 3; ++i) out += (i > 0 ? "; " : "") + titles[i];
    if (titles.size() > 3) out += fmt::format(" and {} more", titles.size() - 3);
    return out;
}

std::string expectation_text(const check::FailedExpectation& failed) {
    std::string out = fmt::format("  at {}:{}", printable(failed.place.file), failed.place.line);
    if (failed.step > 0) out += fmt::format(", step {}", failed.step);
    out += '\n';
    out += wrapped("expected: " + printable(failed.expected), 4, width);
    out += wrapped("got: " + printable(failed.got), 4, width);
    return out;
}

std::string finding_text(const check::CheckFinding& finding, const Style& style) {
    std::string out = fmt::format("{} {}  {}\n", painted(finding.severity, style), style.strong(name(finding.rule)),
                                  style.dim(finding.confirmed ? "seen to happen" : "the file says so"));
    out += wrapped(printable(finding.title) + only_on(finding), 2, width);
    if (!finding.evidence.empty()) out += wrapped("seen: " + printable(finding.evidence), 2, width);
    if (finding.expectation)
        out += expectation_text(*finding.expectation);
    else if (const auto* frame = check::known_frame(finding.stack))
        out += fmt::format("  at {}{}\n", printable(frame->source),
                           frame->function.empty() ? "" : " in " + printable(frame->function));
    if (!finding.runs.empty()) out += wrapped("when: " + printable(some(finding.runs)), 2, width);
    out += wrapped(fmt::format("on a node: {}", words::row(finding.rule).why), 2, width);
    if (finding.invented)
        out += wrapped("the data of the call was invented by ddlltool: your module may never send it", 2, width);
    out += wrapped("cure: " + fix_of(finding), 2, width);
    if (finding.suppressed != nullptr)
        out += wrapped(
            fmt::format("accepted until {}: {}", finding.suppressed->expires, printable(finding.suppressed->reason)), 2,
            width);
    return out;
}

/// A heading before the findings of each status, in this order; without an older file there is none.
std::string findings_by_status(const CheckResult& checked, const Style& style) {
    std::string out;
    std::vector<std::string> statuses;
    for (const check::CheckFinding& finding : checked.findings)
        if (std::find(statuses.begin(), statuses.end(), status_of(finding)) == statuses.end())
            statuses.push_back(status_of(finding));
    std::sort(statuses.begin(), statuses.end());
    for (const std::string& status : statuses) {
        if (!status.empty()) out += style.strong(status) + "\n\n";
        for (const check::CheckFinding& finding : checked.findings)
            if (status_of(finding) == status) out += finding_text(finding, style) + '\n';
    }
    if (checked.fixed.empty()) return out;
    out += style.strong("fixed") + ": what the older file has, and this one has not\n\n";
    for (const check::CheckFinding& finding : checked.fixed)
        out += fmt::format("{} {}\n", painted(finding.severity, style), style.strong(name(finding.rule))) +
               wrapped(printable(finding.title), 2, width);
    return out + '\n';
}

std::vector<std::string> answers_text(const CheckResult& checked) {
    std::vector<std::string> out;
    for (const check::AnswerChange& change : checked.answers)
        out.push_back(fmt::format("{}: the older one {}, the newer one {}", change.call, change.older, change.newer));
    return out;
}

/// What differs between the releases that were asked for.
std::string releases_text(const CheckResult& checked, const Style& style) {
    const check::ReleaseComparison& across = checked.across;
    if (across.releases.empty()) return {};
    std::string out = style.strong("releases") + '\n';
    for (const check::ReleaseVerdict& one : across.releases)
        out += wrapped(fmt::format("OTP {}  {}{}", words::name(one.release), check::name(one.verdict),
                                   one.reason.empty() ? "" : ": " + printable(one.reason)),
                       2, width);
    const bool findings = std::any_of(checked.findings.begin(), checked.findings.end(), check::differs_by_release);
    if (!findings && across.answers.empty() && !checked.interrupted) out += "  no difference for this driver\n";
    for (const check::CheckFinding& finding : checked.findings)
        if (check::differs_by_release(finding))
            out += wrapped(fmt::format("differs: {}{}", name(finding.rule), only_on(finding)), 2, width);
    for (const check::ReleaseAnswers& line : across.answers)
        out +=
            wrapped(printable(fmt::format("differs: {}: {}", line.call, answers_by_release(checked, line))), 2, width);
    return out + '\n';
}

std::string list(const char* heading, const std::vector<std::string>& items) {
    if (items.empty()) return {};
    std::string out = std::string(heading) + '\n';
    for (const std::string& item : items) {
        std::string text = wrapped(printable(item), 4, width);
        text[2] = '-';
        out += text;
    }
    return out;
}

} // namespace

std::string only_on(const check::CheckFinding& finding) {
    if (!check::differs_by_release(finding)) return {};
    std::string out;
    for (const words::Release release : finding.releases)
        out += fmt::format("{}{}", out.empty() ? " (OTP " : ", ", words::name(release));
    return out + " only)";
}

std::string answers_by_release(const CheckResult& checked, const check::ReleaseAnswers& line) {
    std::string out;
    for (std::size_t i = 0; i < line.answers.size() && i < checked.across.releases.size(); ++i)
        out += fmt::format("{}OTP {}: {}", i == 0 ? "" : "; ", words::name(checked.across.releases[i].release),
                           line.answers[i]);
    return out;
}

Location location_of(const CheckResult& checked, const check::CheckFinding& finding, const std::string& root) {
    if (finding.expectation) return relative({finding.expectation->place.file, finding.expectation->place.line}, root);
    Location source = source_of(finding.stack, root);
    if (!source.file.empty()) return source;
    return relative({checked.file, 0}, root);
}

std::string status_of(const check::CheckFinding& finding) {
    switch (finding.baseline) {
    case check::Baseline::none:
        return {};
    case check::Baseline::absent:
        return "fixed";
    case check::Baseline::unchanged:
        return finding.of == check::Side::older ? "of the older file, which its replacement meets" : "still there";
    case check::Baseline::fresh:
        return finding.of == check::Side::replacement ? "new, when the older file is replaced" : "new";
    }
    return {};
}

std::vector<std::string> differing_answers(const CheckResult& checked) {
    std::vector<std::string> out;
    for (const check::ReleaseAnswers& line : checked.across.answers)
        out.push_back(fmt::format("differs: {}: {}", line.call, answers_by_release(checked, line)));
    for (const std::string& line : answers_text(checked)) out.push_back("differs: " + line);
    return out;
}

std::string check_counts(const CheckResult& checked) {
    std::size_t errors = 0, warnings = 0, notes = 0, suppressed = 0;
    for (const check::CheckFinding& finding : checked.findings)
        ++(finding.suppressed != nullptr           ? suppressed
           : finding.severity == Severity::error   ? errors
           : finding.severity == Severity::warning ? warnings
                                                   : notes);
    std::string out =
        fmt::format("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note"));
    if (suppressed > 0) out += fmt::format(", {} suppressed", suppressed);
    if (!checked.against.empty()) {
        const auto known = std::count_if(checked.findings.begin(), checked.findings.end(), [](const auto& f) {
            return f.baseline == check::Baseline::unchanged && f.of == check::Side::newer;
        });
        const auto fresh = std::count_if(checked.findings.begin(), checked.findings.end(),
                                         [](const auto& f) { return f.baseline == check::Baseline::fresh; });
        out += fmt::format("; {} new, {} still there, {} fixed", fresh, known, checked.fixed.size());
    }
    return out;
}

std::string callbacks_reached(const check::Coverage& coverage) {
    return fmt::format("callbacks {} of {}", std::popcount(coverage.entry & coverage.reached),
                       std::popcount(coverage.entry));
}

std::string callbacks_missed(const check::Coverage& coverage) {
    std::string out;
    for (const words::Callback callback : words::all<words::Callback>)
        if ((coverage.entry & ~coverage.reached & words::bit(callback)) != 0)
            out += (out.empty() ? "" : ", ") + std::string(name(callback));
    return out;
}

std::string main_reason(const CheckResult& checked) {
    if (!checked.reasons.empty()) {
        const auto& first = checked.reasons.front();
        const auto others = std::count_if(checked.reasons.begin(), checked.reasons.end(), [&](const auto& other) {
            return check::row(other.ground).verdict == checked.verdict;
        });
        return first.text + (others > 1 ? fmt::format(" (and {} more)", others - 1) : "");
    }
    const check::Coverage& coverage = checked.coverage;
    if (!coverage.own_calls)
        return fmt::format("to load, replace and unload; its own commands were not exercised ({})",
                           callbacks_reached(coverage));
    return fmt::format("no problem found in {} ({}, {}, {} in a row)", counted(checked.runs.size(), "run"),
                       callbacks_reached(coverage), counted(coverage.calls.size(), "call"),
                       counted(coverage.cycles, "cycle"));
}

std::string check_summary(const CheckResult& checked) {
    const bool plain = checked.reasons.empty() && !checked.coverage.own_calls; // "SAFE to load, ..."
    return fmt::format("{}{} {}", check::name(checked.verdict), plain ? "" : ":", main_reason(checked));
}

std::string check_text(const CheckResult& checked, const CheckFormatOptions& options) {
    const Style& style = options.style;
    const std::string verdict = verdict_line(checked, style);
    std::string out = verdict;
    out += fmt::format("\n{}  {}", style.strong(printable(checked.name)), printable(checked.file));
    if (!checked.against.empty()) out += " against " + printable(checked.against);
    out += "\n\n";
    out += releases_text(checked, style);
    out += findings_by_status(checked, style);
    for (const check::Suppression& s : checked.suppressions) {
        if (s.expired)
            out +=
                fmt::format("{} the suppression of {} has expired ({})\n", style.warn("note"), name(s.rule), s.expires);
        if (!s.expired && !s.used)
            out += fmt::format("{} nothing needs the suppression of {}\n", style.dim("note"), name(s.rule));
    }
    out += list("looked at", checked.looked_at);
    out +=
        list(checked.coverage.own_calls ? "calls" : "calls, their data invented by ddlltool", checked.coverage.calls);
    if (const std::string missed = callbacks_missed(checked.coverage); !missed.empty())
        out += list("callbacks that nothing reached", {missed});
    out += list("answers that differ", answers_text(checked));
    out += list("not looked at", checked.not_looked_at);
    if (checked.reasons.size() > 1 || checked.verdict == check::Safety::safe_if) {
        std::vector<std::string> reasons;
        for (const check::Reason& reason : checked.reasons) reasons.push_back(reason.text);
        out += list(checked.verdict == check::Safety::safe_if ? "conditions" : "reasons", reasons);
    }
    out += fmt::format("{}\n\n", check_counts(checked));
    return out + verdict;
}

std::span<const CheckFormat> check_formats() {
    static constexpr std::array<CheckFormat, 8> table = {{
        {"text", "for people", check_text},
        {"json", "everything, versioned; see docs/check.md", check_json},
        {"html", "for people: one file for browsers; it needs no network", check_html},
        {"sarif", "SARIF 2.1.0, for code scanning", check_sarif},
        {"tap", "for test harnesses: the Test Anything Protocol, version 14", check_tap},
        {"term", "for Erlang: one term that file:consult/1 reads", check_term},
        {"junit", "JUnit XML: one test for each rule", check_junit},
        {"github", "for GitHub Actions: annotations, and a job summary where GITHUB_STEP_SUMMARY names a file",
         check_github},
    }};
    return table;
}

const CheckFormat* check_format_named(std::string_view name) {
    const auto all = check_formats();
    const auto it = std::find_if(all.begin(), all.end(), [name](const CheckFormat& f) { return f.name == name; });
    return it == all.end() ? nullptr : &*it;
}

} // namespace ddll::report
