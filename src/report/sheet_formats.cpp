#include "report/github.h"
#include "report/sarif.h"
#include "report/sheet.h"
#include "report/tap.h"
#include "report/xml.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

using words::Severity;

bool is_note(const SheetFinding& finding) {
    return finding.severity == Severity::note && !finding.fixed;
}

std::string with_status(const SheetFinding& finding, const std::string& text) {
    return finding.status.empty() ? text : fmt::format("{}: {}", finding.status, text);
}

/// "NAME", "NAME (2)": servers tell cases apart by name.
class UniqueNames {
public:
    std::string operator()(std::string name) {
        const int before = times_[name]++;
        return before == 0 ? name : fmt::format("{} ({})", name, before + 1);
    }

private:
    std::map<std::string, int> times_;
};

std::string tap_diagnostics(const SheetFinding& finding) {
    tap::Yaml yaml;
    yaml.row("severity", name(finding.severity));
    yaml.row("message", finding.title);
    yaml.row("status", finding.status);
    yaml.row("evidence", finding.evidence);
    yaml.row("expected", finding.expected);
    yaml.row("got", finding.got);
    yaml.row("when", fmt::format("{}", fmt::join(finding.runs, "; ")));
    yaml.row("file", finding.place.file);
    if (finding.place.line > 0) yaml.number("line", finding.place.line);
    yaml.row("advice", finding.fix);
    return yaml.text();
}

} // namespace

std::string sheet_tap(const Sheet& sheet) {
    std::string lines, notes;
    std::size_t number = 0;
    const auto line = [&](bool ok, const std::string& text, const std::string& directive) {
        lines += fmt::format("{} {} - {}{}\n", ok ? "ok" : "not ok", ++number, tap::described(text), directive);
    };
    if (!sheet.trouble.empty()) line(false, "verdict: " + sheet.trouble, "");
    for (const std::string& why : sheet.unusable) line(false, why, "");
    for (const SheetFinding& finding : sheet.findings) {
        if (is_note(finding)) {
            notes +=
                fmt::format("# {}: {}\n", name(finding.rule), printable(with_status(finding, finding.title), true));
            continue;
        }
        const std::string text = fmt::format("{}: {}", name(finding.rule), finding.title);
        if (!finding.accepted.empty())
            line(false, text, fmt::format(" # TODO {}", printable(finding.accepted)));
        else
            line(finding.fixed, finding.fixed ? "fixed: " + text : text, "");
        lines += tap_diagnostics(finding);
    }
    for (const std::string& passed : sheet.passed) line(true, passed, "");
    for (const std::string& note : sheet.notes) notes += fmt::format("# {}\n", printable(note, true));
    std::replace(notes.begin(), notes.end(), '\r', ' ');
    return fmt::format("TAP version 14\n1..{}\n{}{}# {}\n{}", number, lines, notes, printable(sheet.summary, true),
                       sheet.interrupted ? "Bail out! interrupted\n" : "");
}

std::string sheet_junit(const Sheet& sheet) {
    std::string cases, notes;
    std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
    UniqueNames unique;
    const auto open = [&](const std::string& about, const std::string& name, const std::string& file) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_attribute(about),
                             xml_attribute(unique(name)));
        if (!file.empty()) cases += fmt::format(" file=\"{}\"", xml_attribute(file));
    };
    for (const std::string& why : sheet.unusable) {
        open(sheet.title, "unusable", "");
        ++errors;
        cases += fmt::format("><error type=\"unusable\" message=\"{}\"/></testcase>\n", xml_attribute(why));
    }
    for (const SheetFinding& finding : sheet.findings) {
        const std::string text =
            with_status(finding, fmt::format("{}: {}. {}", finding.title, finding.evidence, finding.fix));
        if (is_note(finding)) { // no test
            notes += fmt::format("{} {}\n", name(finding.rule), text);
            continue;
        }
        if (finding.fixed) {
            open(finding.about, fmt::format("{} (fixed)", name(finding.rule)), finding.place.file);
            cases += "/>\n";
            continue;
        }
        open(finding.about, std::string(name(finding.rule)), finding.place.file);
        ++failures;
        cases += fmt::format("><failure type=\"{}\" message=\"{}\"/></testcase>\n", name(finding.severity),
                             xml_attribute(text));
    }
    for (const std::string& passed : sheet.passed) {
        open(sheet.title, passed, "");
        cases += "/>\n";
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                       "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n"
                       "{}    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
                       xml_attribute(sheet.title), tests, failures, errors, skipped, cases,
                       xml_text(notes + sheet.summary));
}

std::string sheet_github(const Sheet& sheet) {
    std::string out;
    for (const std::string& why : sheet.unusable) out += workflow_command({"error", {sheet.file, 0}, "unusable", why});
    for (const SheetFinding& finding : sheet.findings) {
        if (finding.fixed) {
            out += fmt::format("fixed: {}: {}\n", name(finding.rule), printable(finding.title));
            continue;
        }
        out +=
            workflow_command({annotation_level(name(finding.severity)), finding.place, std::string(name(finding.rule)),
                              with_status(finding, fmt::format("{}: {}\nwhat to do: {}", finding.title,
                                                               finding.evidence, finding.fix))});
    }
    return out + printable(sheet.summary) + '\n';
}

std::string sheet_sarif(const Sheet& sheet, const FormatOptions& options) {
    SarifLog log;
    log.version = options.version;
    log.complete = !sheet.interrupted;
    for (const std::string& why : sheet.unusable)
        log.notifications.push_back({"unusable-file", "error", why, {sheet.file, 0}});
    for (const SheetFinding& finding : sheet.findings)
        log.results.push_back({std::string(name(finding.rule)), name(finding.severity),
                               fmt::format("{} ({}). {}", finding.title, finding.evidence, finding.fix), finding.place,
                               finding.about, !finding.accepted.empty(), finding.accepted,
                               finding.status.empty()    ? ""
                               : finding.fixed           ? "absent"
                               : finding.status == "new" ? "new"
                                                         : "unchanged"});
    return sarif(log);
}

} // namespace ddll::report
