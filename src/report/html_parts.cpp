#include "report/html_parts.h"

#include "report/difference.h"
#include "report/location.h"
#include "report/step_text.h"
#include "report/style.h"
#include "report/xml.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;

std::string row(std::string_view name, std::string_view text) {
    return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, xml_text(text));
}

/// Code in fixed width.
std::string code_row(std::string_view name, std::string_view text, std::string_view kind = {}) {
    if (text.empty()) return "";
    return fmt::format("<dt>{}</dt><dd{}><code>{}</code></dd>\n", name,
                       kind.empty() ? "" : fmt::format(" class=\"{}\"", kind), xml_text(text));
}

std::string stack(const std::vector<scenario::StackFrame>& frames) {
    if (frames.empty()) return "";
    std::string out = "<dt>stack</dt><dd><pre>";
    std::size_t number = 0;
    for (const auto& frame : frames) {
        out += fmt::format("#{:<2} {}", number++, xml_text(frame.module.empty() ? "?" : frame.module));
        if (frame.offset) out += fmt::format("+0x{:x}", *frame.offset);
        if (!frame.function.empty()) out += ' ' + xml_text(frame.function);
        if (!frame.source.empty()) out += fmt::format(" ({})", xml_text(frame.source));
        out += '\n';
    }
    return out + "</pre></dd>\n";
}

/// What was got, with the part that differs marked.
std::string got_row(const scenario::Failure& failure) {
    const std::string expected = printable(failure.expected, true), got = printable(failure.got, true);
    if (got.find('\n') != std::string::npos || expected.find('\n') != std::string::npos)
        return code_row("got", got, "got");
    const Range range = differing(expected, got);
    if (range.first >= range.last || range.last > got.size()) return code_row("got", got, "got");
    return fmt::format("<dt>got</dt><dd class=\"got\"><code>{}<mark>{}</mark>{}</code></dd>\n",
                       xml_text(got.substr(0, range.first)),
                       xml_text(got.substr(range.first, range.last - range.first)), xml_text(got.substr(range.last)));
}

/// The script makes it a way to the timeline.
std::string step_row(const RunResult& result, std::uint32_t step) {
    const std::string text = step_words(result, step);
    if (text.empty()) return "";
    return fmt::format("<dt>step</dt><dd data-step=\"{}\"><code>{}</code></dd>\n", step, xml_text(text));
}

std::string place_of(const RunResult& result, std::uint32_t step) {
    return step < result.flat.size() ? place_text(result.flat[step].step->place) : "";
}

} // namespace

std::string description_html(const RunResult& result) {
    std::string out;
    if (result.scenario)
        for (const auto& text : paragraphs(*result.scenario)) out += fmt::format("<p>{}</p>\n", xml_text(text));
    return out;
}

std::string mistakes_html(const RunResult& result) {
    std::string out;
    for (const auto& mistake : result.mistakes) {
        out += fmt::format("<div class=\"trouble\"><h4>{}</h4>\n<dl>", xml_text(mistake.message));
        out += code_row("at", place_text(mistake.place)) + row("hint", mistake.hint);
        for (const auto& note : mistake.notes) out += row("note", note);
        out += "</dl></div>\n";
    }
    return out;
}

std::string failures_html(const RunResult& result) {
    std::string out;
    for (const auto& failure : result.failures) {
        out += fmt::format("<div class=\"trouble\"><h4>{}</h4>\n<dl>", xml_text("FAILED: " + failure.what));
        out += step_row(result, failure.step) + code_row("at", place_of(result, failure.step));
        out += code_row("expected", failure.expected, "expected") + got_row(failure);
        out += row("what to do", failure.help) + "</dl></div>\n";
    }
    return out;
}

std::string death_html(const RunResult& result) {
    if (!result.death) return "";
    const auto& death = *result.death;
    std::string out = fmt::format("<div class=\"trouble{}\"><h4>{}{}</h4>\n<dl>", death.expected ? " is-expected" : "",
                                  xml_text(death.headline), death.expected ? " (expected)" : "");
    out += code_row("signal", death.signal);
    if (death.exit_status) out += code_row("exit", fmt::format("{}", *death.exit_status));
    out += code_row("exception", death.exception);
    out += code_row("driver", death.in.driver + (death.in.version.empty() ? "" : "/" + death.in.version));
    out += code_row("callback", death.in.callback_name()) + code_row("port", death.in.port);
    out += step_row(result, death.in.step) + code_row("at", place_of(result, death.in.step));
    out += stack(death.stack);
    const std::string& output = death.output.empty() ? result.output : death.output;
    if (!output.empty()) out += fmt::format("<dt>it printed</dt><dd><pre>{}</pre></dd>\n", xml_text(output));
    return out + row("what to do", death.advice) + "</dl></div>\n";
}

std::string findings_html(const RunResult& result, const Options& options) {
    std::string out;
    for (const auto& finding : result.findings) {
        const std::string severity = name(finding.severity);
        out += fmt::format("<div class=\"finding {}{}\"><h4><span class=\"badge {}\">{}</span> {}</h4>\n", severity,
                           finding.expected ? " is-expected" : "", severity, severity, xml_text(finding.title));
        const Location location = source_of(finding.stack, options.root);
        const std::string source = location.file.empty() ? "" : fmt::format("{}:{}", location.file, location.line);
        out += "<dl>" + code_row("rule", std::string(name(finding.rule)) +
                                             (finding.expected ? " (the scenario expects it)" : ""));
        out += step_row(result, finding.step) + code_row("source", source);
        out += row("evidence", finding.evidence) + (finding.stack.size() > 1 ? stack(finding.stack) : "");
        out += row("what to do", fix_of(finding)) + "</dl></div>\n";
    }
    return out;
}

std::string output_html(const RunResult& result) {
    if (result.output.empty() || result.death) return "";
    return fmt::format("<details class=\"said\"><summary>What the driver printed</summary><pre>{}</pre></details>\n",
                       xml_text(result.output));
}

} // namespace ddll::report
