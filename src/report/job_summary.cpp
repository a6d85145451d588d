#include "report/job_summary.h"

#include "base/text.h"
#include "report/location.h"
#include "report/sarif.h"
#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

constexpr std::size_t most_rows = 200, most_text = 1000;

/// Inside a table cell: everything that Markdown or HTML would act on becomes a reference.
std::string cell(std::string_view text) {
    std::string out;
    std::size_t shown = 0;
    for (const char c : printable(text, true)) {
        const auto byte = static_cast<unsigned char>(c);
        if (++shown > most_text && (byte & 0xC0) != 0x80) return out + " ...";
        const bool plain = byte >= 0x80 || c == ' ' || c == '/' || is_alnum(c);
        if (plain)
            out += c;
        else if (c == '\n')
            out += "<br>";
        else
            out += fmt::format("&#{};", byte);
    }
    return out;
}

std::string place(const Location& location, const std::string& root) {
    const std::string file = relative(location, root).file;
    return location.line > 0 ? fmt::format("{}:{}", file, location.line) : file;
}

Location where(const RunResult& result, const Options& options) {
    if (result.death && !result.death->expected) return location_of(result, *result.death, options);
    if (!result.failures.empty()) return step_location(result, result.failures.front().step);
    if (!result.mistakes.empty()) return {result.file, result.mistakes.front().place.line};
    for (const auto& finding : result.findings)
        if (counts(finding, options.fail_on)) return location_of(result, finding, options);
    return {result.file, 0};
}

std::string left_out(std::size_t rows) {
    return rows > most_rows ? fmt::format("\n{} more are in the full report.\n", rows - most_rows) : "";
}

std::string scenarios(const Run& run, const Options& options) {
    std::string out;
    std::size_t rows = 0;
    for (const auto& result : run.results) {
        const Verdict verdict = verdict_of(result, options.fail_on);
        if (!is_bad(verdict) || ++rows > most_rows) continue;
        out += fmt::format("| {} | {} | {} | {} |\n", scenario::name(verdict),
                           cell(result.title.empty() ? result.file : result.title),
                           cell(headline(result, options.fail_on)), cell(place(where(result, options), options.root)));
    }
    if (rows == 0) return "";
    return "\n| verdict | scenario | why | place |\n|---|---|---|---|\n" + out + left_out(rows);
}

std::string findings(const Run& run, const Options& options) {
    std::string out;
    std::size_t rows = 0;
    for (const auto& result : run.results) {
        for (const auto& finding : result.findings) {
            if (finding.expected || ++rows > most_rows) continue;
            out += fmt::format("| {} | {} | {} | {} | {} |\n", name(finding.severity), name(finding.rule),
                               cell(finding.title), cell(place(location_of(result, finding, options), options.root)),
                               cell(fix_of(finding)));
        }
    }
    if (rows == 0) return "";
    return "\n| severity | rule | finding | place | what to do |\n|---|---|---|---|---|\n" + out + left_out(rows);
}

} // namespace

std::string job_summary(const Run& run, const Options& options) {
    return fmt::format("### ddlltool: {}\n", summary_line(run, options.fail_on)) + scenarios(run, options) +
           findings(run, options);
}

std::string job_summary(const check::CheckResult& checked, const CheckFormatOptions& options) {
    std::string out = fmt::format("### ddlltool check {}: {}\n", cell(checked.name), check_summary(checked));
    out += fmt::format("\n{}\n", check_counts(checked));
    for (const check::Reason& reason : checked.reasons) out += fmt::format("\n- {}", cell(reason.text));
    if (!checked.reasons.empty()) out += '\n';
    std::string rows;
    for (const check::CheckFinding& finding : checked.findings)
        rows +=
            fmt::format("| {} | {} | {} | {} | {} |\n",
                        finding.suppressed != nullptr ? "accepted" : name(finding.severity), cell(name(finding.rule)),
                        cell((status_of(finding).empty() ? "" : status_of(finding) + ": ") + finding.title +
                             only_on(finding) + "\n" + finding.evidence),
                        cell(place(location_of(checked, finding, options.root), options.root)),
                        cell(finding.suppressed != nullptr ? finding.suppressed->reason : fix_of(finding)));
    if (!rows.empty()) out += "\n| severity | rule | finding | place | what to do |\n|---|---|---|---|---|\n" + rows;
    for (const check::CheckFinding& finding : checked.fixed) out += fmt::format("\n- fixed: {}", cell(finding.title));
    if (!checked.fixed.empty()) out += '\n';
    for (const check::ReleaseAnswers& line : checked.across.answers)
        out += fmt::format("\n- {}: {}", cell(line.call), cell(answers_by_release(checked, line)));
    if (!checked.across.answers.empty()) out += '\n';
    return out;
}

} // namespace ddll::report
