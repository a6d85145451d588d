// What inspect writes for other programs and for browsers.
#include "report/inspection.h"
#include "report/inspection_difference.h"
#include "report/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ddll::report {
namespace {

/// The line of driver_init, where its source lies below the root: nothing of what a file says has another one.
Location location_of(const findings::StaticFacts& facts, const std::string& root) {
    if (facts.debug.line > 0)
        if (std::string source = below(facts.debug.source, root); !source.empty())
            return {std::move(source), facts.debug.line};
    return relative({facts.elf.path, 0}, root);
}

SheetFinding sheet_finding(const findings::Finding& finding, Location place, std::string status) {
    SheetFinding out;
    out.rule = finding.rule;
    out.severity = finding.severity;
    out.about = finding.subject;
    out.title = finding.title;
    out.evidence = finding.evidence;
    out.fix = fix_of(finding);
    out.place = std::move(place);
    out.status = std::move(status);
    return out;
}

bool has(const std::vector<const findings::Finding*>& list, const findings::Finding& finding) {
    return std::find(list.begin(), list.end(), &finding) != list.end();
}

Sheet sheet_of(const Inspections& all, const FormatOptions& options) {
    Sheet out;
    out.title = "ddlltool inspect";
    out.summary = inspection_summary(all);
    const auto difference = difference_of(all);
    for (const Inspection& file : all.files) {
        const Location place = location_of(file.facts, options.root);
        if (out.file.empty()) out.file = relative({file.facts.elf.path, 0}, options.root).file;
        for (const findings::Finding& finding : file.findings) {
            std::string status;
            const bool older = difference && &file == &all.files.front();
            // Of two files what both have is told of the newer one.
            if (older && !has(difference->fixed, finding)) continue;
            if (difference) status = older ? "fixed" : has(difference->fresh, finding) ? "new" : "still there";
            out.findings.push_back(sheet_finding(finding, place, std::move(status)));
            out.findings.back().fixed = older;
        }
        out.passed.push_back(file.facts.elf.path);
        for (InspectionSection& section : inspection_sections(file.facts))
            out.tables.push_back(
                {all.files.size() > 1 ? fmt::format("{}: {}", file.facts.elf.path, section.heading) : section.heading,
                 std::move(section.rows)});
    }
    for (const findings::Finding& finding : all.shared)
        out.findings.push_back(sheet_finding(finding, {out.file, 0}, difference ? "new" : ""));
    if (difference)
        for (InspectionSection& section : difference_sections(*difference))
            out.tables.insert(out.tables.begin(), {std::move(section.heading), std::move(section.rows)});
    if (all.release) {
        InspectionSection section = release_section(*all.release);
        out.tables.push_back({std::move(section.heading), std::move(section.rows)});
    }
    for (const Error& error : all.unusable)
        out.unusable.push_back(error.place.file.empty() ? error.message
                                                        : fmt::format("{}: {}", error.place.file, error.message));
    const bool bad = !out.unusable.empty() || std::any_of(out.findings.begin(), out.findings.end(), [](const auto& f) {
        return !f.fixed && f.severity != words::Severity::note;
    });
    out.good = !bad;
    out.verdict = bad ? "failed" : "passed";
    if (!all.files.empty()) out.tables.push_back({"on what this is based", {{"", inspection_basis(all)}}});
    return out;
}

std::string text(const Inspections& all, const FormatOptions& options) {
    return inspection_text(all, options.style);
}
std::string json(const Inspections& all, const FormatOptions&) {
    return inspection_json(all);
}
std::string html(const Inspections& all, const FormatOptions& options) {
    return sheet_html(sheet_of(all, options));
}
std::string junit(const Inspections& all, const FormatOptions& options) {
    return sheet_junit(sheet_of(all, options));
}
std::string tap(const Inspections& all, const FormatOptions& options) {
    return sheet_tap(sheet_of(all, options));
}
std::string sarif(const Inspections& all, const FormatOptions& options) {
    return sheet_sarif(sheet_of(all, options), options);
}
std::string github(const Inspections& all, const FormatOptions& options) {
    return sheet_github(sheet_of(all, options));
}
std::string term(const Inspections& all, const FormatOptions&) {
    nlohmann::ordered_json json = inspection_value(all);
    const auto version = json.at("inspect").get<int>();
    json.erase("inspect");
    return erlang_term("ddlltool_inspect", version, json);
}

} // namespace

std::span<const InspectionFormat> inspection_formats() {
    static constexpr std::array<InspectionFormat, 8> table = {{
        {"text", "for people", text},
        {"json", "everything, versioned; see docs/inspect.md", json},
        {"html", "for people: one file for browsers; it needs no network", html},
        {"junit", "JUnit XML: one test for each file, and one for each finding above a note", junit},
        {"tap", "for test harnesses: the Test Anything Protocol, version 14", tap},
        {"sarif", "SARIF 2.1.0, for code scanning", sarif},
        {"github", "for GitHub Actions: annotations", github},
        {"term", "for Erlang: one term that file:consult/1 reads", term},
    }};
    return table;
}

const InspectionFormat* inspection_format_named(std::string_view name) {
    const auto all = inspection_formats();
    const auto it = std::find_if(all.begin(), all.end(), [name](const InspectionFormat& f) { return f.name == name; });
    return it == all.end() ? nullptr : &*it;
}

} // namespace ddll::report
