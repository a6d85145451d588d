#include "report/github.h"

#include "report/formats.h"
#include "report/location.h"
#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

std::string value_of(std::string_view text) {
    return escaped(printable(text, true), {{'%', "%25"}, {'\n', "%0A"}});
}

std::string property_of(std::string_view text) {
    return escaped(value_of(text), {{':', "%3A"}, {',', "%2C"}});
}

std::string annotated(std::string level, const Location& location, std::string title, std::string text,
                      const Options& options) {
    return workflow_command({std::move(level), relative(location, options.root), std::move(title), std::move(text)});
}

/// The lines that are not empty.
std::string lines(std::initializer_list<std::string> all) {
    std::string out;
    for (const auto& line : all) {
        if (line.empty()) continue;
        if (!out.empty()) out += '\n';
        out += line;
    }
    return out;
}

std::string one(const RunResult& result, const Options& options) {
    std::string out;
    const std::string of = result.title.empty() ? result.file : result.title;
    if (result.death && !result.death->expected)
        out += annotated(
            "error", location_of(result, *result.death, options), scenario::name(verdict_of(result, options.fail_on)),
            lines({result.death->headline, step_words(result, result.death->in.step), of, result.death->advice}),
            options);
    for (const auto& failure : result.failures)
        out += annotated("error", step_location(result, failure.step), failure.what,
                         lines({"expected " + failure.expected, "got " + failure.got, step_words(result, failure.step),
                                of, failure.help}),
                         options);
    for (const auto& mistake : result.mistakes)
        out += annotated("error", {mistake.place.file.empty() ? result.file : mistake.place.file, mistake.place.line},
                         "unusable scenario", lines({mistake.message, mistake.hint}), options);
    for (const auto& finding : result.findings)
        if (!finding.expected)
            out += annotated(annotation_level(name(finding.severity)), location_of(result, finding, options),
                             std::string(name(finding.rule)),
                             lines({finding.title, finding.evidence, step_words(result, finding.step), of,
                                    "what to do: " + fix_of(finding)}),
                             options);
    if (out.empty() && verdict_of(result, options.fail_on) == Verdict::bug)
        out += annotated("error", {result.file, 0}, "bug of ddlltool", of, options);
    return out;
}

} // namespace

std::string annotation_level(std::string_view severity) {
    return severity == "error" || severity == "warning" ? std::string(severity) : "notice";
}

std::string workflow_command(const Annotation& annotation) {
    std::string properties;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) properties += fmt::format("{}{}={}", properties.empty() ? "" : ",", name, value);
    };
    add("file", property_of(annotation.place.file));
    if (annotation.place.line > 0) add("line", fmt::format("{}", annotation.place.line));
    add("title", property_of(annotation.title));
    return fmt::format("::{} {}::{}\n", annotation.level, properties, value_of(annotation.text));
}

std::string write_github(const Run& run, const Options& options) {
    std::string out;
    for (const auto& result : run.results) out += one(result, options);
    return out + summary_line(run, options.fail_on) + '\n';
}

} // namespace ddll::report
