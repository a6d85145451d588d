#include "report/check.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

std::string verdict_text(const CheckResult& checked, const Style& style) {
    const std::string word = check::name(checked.verdict);
    if (checked.verdict == check::Safety::safe) return style.good(word);
    return checked.verdict == check::Safety::unsafe ? style.bad(word) : style.warn(word);
}

/// "first; second; third and 4 more".
std::string some(const std::vector<std::string>& titles) {
    std::string out;
    for (std::size_t i = 0; i < titles.size() && i < 3; ++i) out += (i > 0 ? "; " : "") + titles[i];
    if (titles.size() > 3) out += fmt::format(" and {} more", titles.size() - 3);
    return out;
}

/// The innermost frame whose source is known; null when there is none.
const scenario::StackFrame* known_frame(const std::vector<scenario::StackFrame>& stack) {
    const auto it = std::find_if(stack.begin(), stack.end(), [](const auto& frame) { return !frame.source.empty(); });
    return it == stack.end() ? nullptr : &*it;
}

std::string finding_text(const check::CheckFinding& finding, const Style& style) {
    std::string out = fmt::format("{} {}  {}\n", painted(finding.severity, style), style.strong(name(finding.rule)),
                                  style.dim(finding.confirmed ? "seen to happen" : "the file says so"));
    out += wrapped(printable(finding.title), 2, width);
    if (!finding.evidence.empty()) out += wrapped("seen: " + printable(finding.evidence), 2, width);
    if (const auto* frame = known_frame(finding.stack)) out += fmt::format("  at {}\n", printable(frame->source));
    if (!finding.runs.empty()) out += wrapped("when: " + printable(some(finding.runs)), 2, width);
    out += wrapped(fmt::format("on a node: {}", words::row(finding.rule).why), 2, width);
    out += wrapped("cure: " + advice(finding.rule), 2, width);
    if (finding.suppressed != nullptr)
        out += wrapped(
            fmt::format("accepted until {}: {}", finding.suppressed->expires, printable(finding.suppressed->reason)), 2,
            width);
    return out;
}

std::string where_it_died(const scenario::Death& death) {
    const auto* frame = known_frame(death.stack);
    return frame == nullptr ? "" : fmt::format("{} in {}", printable(frame->source), printable(frame->function));
}

std::string deaths(const CheckResult& checked, const Style& style) {
    std::string out;
    for (const CheckCrash& way : deaths_of(checked)) {
        out += style.bad("died") + "    " + style.dim("the emulator with it") + '\n';
        out += wrapped(printable(way.death->headline), 2, width);
        if (const std::string where = where_it_died(*way.death); !where.empty()) out += "  at " + where + '\n';
        out += wrapped("when: " + printable(some(way.titles)), 2, width) + '\n';
    }
    return out;
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

std::vector<CheckCrash> deaths_of(const CheckResult& checked) {
    std::vector<CheckCrash> ways;
    for (const check::CheckRun& run : checked.runs) {
        if (!run.result.death) continue;
        const scenario::Death& death = *run.result.death;
        auto it = std::find_if(ways.begin(), ways.end(), [&](const CheckCrash& way) {
            return way.death->headline == death.headline && where_it_died(*way.death) == where_it_died(death);
        });
        if (it == ways.end()) it = ways.insert(ways.end(), {&death, {}});
        it->titles.push_back(run.title);
    }
    return ways;
}

Location location_of(const CheckResult& checked, const std::vector<scenario::StackFrame>& stack,
                     const std::string& root) {
    Location source = source_of(stack, root);
    if (!source.file.empty()) return source;
    return relative({checked.file, 0}, root);
}

std::string check_summary(const CheckResult& checked) {
    std::size_t errors = 0, warnings = 0, notes = 0, suppressed = 0;
    for (const check::CheckFinding& finding : checked.findings)
        ++(finding.suppressed != nullptr           ? suppressed
           : finding.severity == Severity::error   ? errors
           : finding.severity == Severity::warning ? warnings
                                                   : notes);
    std::string out = fmt::format("{}: {}, {}, {}", check::name(checked.verdict), counted(errors, "error"),
                                  counted(warnings, "warning"), counted(notes, "note"));
    if (suppressed > 0) out += fmt::format(", {} suppressed", suppressed);
    return out;
}

bool reaches(const CheckResult& checked, FailOn fail_on) {
    if (fail_on == FailOn::never) return false;
    for (const check::CheckFinding& finding : checked.findings)
        if (finding.suppressed == nullptr && reaches(finding.severity, fail_on)) return true;
    return checked.verdict == check::Safety::unsafe;
}

std::string check_text(const CheckResult& checked, const CheckFormatOptions& options) {
    const Style& style = options.style;
    std::string out = fmt::format("{}  {}", style.strong(printable(checked.name)), printable(checked.file));
    if (!checked.against.empty()) out += " against " + printable(checked.against);
    out += "\n\n";
    out += deaths(checked, style);
    for (const check::CheckFinding& finding : checked.findings) out += finding_text(finding, style) + '\n';
    for (const check::Suppression& s : checked.suppressions) {
        if (s.expired)
            out +=
                fmt::format("{} the suppression of {} has expired ({})\n", style.warn("note"), name(s.rule), s.expires);
        if (!s.expired && !s.used)
            out += fmt::format("{} nothing needs the suppression of {}\n", style.dim("note"), name(s.rule));
    }
    out += list("looked at", checked.looked_at);
    out += list("not looked at", checked.not_looked_at);
    out += '\n' + verdict_text(checked, style);
    switch (checked.verdict) {
    case check::Safety::safe:
        out += ": nothing was found that speaks against replacing it on a live node\n";
        break;
    case check::Safety::safe_if:
        out += ": it can be replaced, as long as\n" + list("", checked.conditions).substr(1);
        break;
    case check::Safety::unsafe:
        out += ": do not replace it on a live node before the errors above are cured\n";
        break;
    case check::Safety::unknown:
        out += ": too little could be looked at\n";
        break;
    }
    return out + check_summary(checked) + '\n';
}

std::span<const CheckFormat> check_formats() {
    static constexpr std::array<CheckFormat, 5> table = {{
        {"text", "for people", check_text},
        {"json", "everything, versioned; see docs/check.md", check_json},
        {"sarif", "SARIF 2.1.0, for code scanning", check_sarif},
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
