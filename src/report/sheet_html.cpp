// One file for browsers, of what check and inspect have to say. It has no script: everything is there to be read, and
// the browser folds it.
#include "report/sheet.h"
#include "report/xml.h"

#include <embedded/report.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ddll::report {
namespace {

std::string head(const Sheet& sheet) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n" +
           fmt::format("<title>{}: {}</title>\n<style>\n{}</style>\n</head>\n", xml_text(sheet.title),
                       xml_text(sheet.verdict), embedded::page_css());
}

const char* badge_of(const Sheet& sheet) {
    if (sheet.good) return "passed";
    return sheet.verdict == "UNSAFE" || sheet.verdict == "failed" ? "failed" : "warning";
}

std::string top(const Sheet& sheet) {
    return fmt::format("<header class=\"top\">\n<h1>{}</h1>\n<ul class=\"counts\" aria-label=\"verdict\">"
                       "<li><span class=\"badge {}\">{}</span></li>{}</ul>\n</header>\n",
                       xml_text(sheet.title), badge_of(sheet), xml_text(sheet.verdict),
                       sheet.interrupted ? "<li><span class=\"badge warning\">interrupted</span></li>" : "");
}

std::string row(std::string_view label, const std::string& text) {
    return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, xml_text(text));
}

std::string code_row(std::string_view label, const std::string& text, const char* kind = "") {
    if (text.empty()) return "";
    return fmt::format("<dt>{}</dt><dd{}><code>{}</code></dd>\n", label, kind, xml_text(text));
}

std::string stack_html(const std::vector<scenario::StackFrame>& stack) {
    std::string out;
    for (const auto& frame : stack) {
        std::string text = frame.function.empty() ? frame.module : frame.function;
        if (!frame.source.empty()) text += ", " + frame.source;
        out += fmt::format("<li><code>{}</code></li>", xml_text(text));
    }
    return out.empty() ? "" : fmt::format("<dt>called by</dt><dd><ol>{}</ol></dd>\n", out);
}

std::string list_html(std::string_view label, const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += fmt::format("<li>{}</li>", xml_text(text));
    return out.empty() ? "" : fmt::format("<dt>{}</dt><dd><ul>{}</ul></dd>\n", label, out);
}

std::string finding_html(const SheetFinding& finding) {
    const std::string severity = name(finding.severity);
    const bool mild = finding.fixed || !finding.accepted.empty();
    std::string out = fmt::format("<div class=\"finding {}{}\"><h4><span class=\"badge {}\">{}</span> {}</h4>\n<dl>",
                                  severity, mild ? " is-expected" : "", severity, severity, xml_text(finding.title));
    out += code_row("rule", std::string(name(finding.rule)));
    out += row("known", finding.observed ? "seen to happen" : "the file says so");
    if (finding.place.line > 0)
        out += code_row("at", fmt::format("{}:{}", finding.place.file, finding.place.line));
    else
        out += code_row("in", finding.place.file);
    out += row("evidence", finding.evidence);
    out +=
        code_row("expected", finding.expected, " class=\"expected\"") + code_row("got", finding.got, " class=\"got\"");
    out += list_html("when", finding.runs) + (finding.stack.size() > 1 ? stack_html(finding.stack) : "");
    out += row("on a node", std::string(words::row(finding.rule).why)) + row("what to do", finding.fix);
    return out + row("accepted", finding.accepted) + "</dl></div>\n";
}

std::string section(std::string_view heading, const std::string& body) {
    return body.empty() ? ""
                        : fmt::format("<section>\n<h3>{}</h3>\n{}</section>\n", xml_text(std::string(heading)), body);
}

std::string findings_html(const Sheet& sheet) {
    std::vector<std::string> statuses;
    for (const SheetFinding& finding : sheet.findings)
        if (std::find(statuses.begin(), statuses.end(), finding.status) == statuses.end())
            statuses.push_back(finding.status);
    std::string out;
    for (const std::string& status : statuses) {
        std::string body;
        for (const SheetFinding& finding : sheet.findings)
            if (finding.status == status) body += finding_html(finding);
        out += section(status.empty() ? "Findings" : "Findings: " + status, body);
    }
    return out;
}

std::string table_html(const SheetTable& table) {
    std::string out;
    for (const auto& [label, text] : table.rows)
        out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", xml_text(label), xml_text(text));
    return section(table.heading, "<table><tbody>\n" + out + "</tbody></table>\n");
}

} // namespace

std::string sheet_html(const Sheet& sheet) {
    std::string inside = fmt::format("<p>{}</p>\n", xml_text(sheet.summary));
    std::string unusable;
    for (const std::string& why : sheet.unusable)
        unusable += fmt::format("<div class=\"trouble\"><h4>{}</h4></div>\n", xml_text(why));
    inside += section("Files that cannot be used", unusable) + findings_html(sheet);
    for (const SheetTable& table : sheet.tables) inside += table_html(table);
    return head(sheet) + "<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n" + top(sheet) +
           "<main id=\"report\">\n<article class=\"scenario\">\n<div class=\"inside\">\n" + inside +
           "</div>\n</article>\n</main>\n</body>\n</html>\n";
}

} // namespace ddll::report
