// What a run found, for code scanners.
#include "report/formats.h"
#include "report/location.h"
#include "report/sarif.h"
#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

/// The functions on the way, without offsets and lines: they move with every build.
std::string way(const std::vector<scenario::StackFrame>& stack) {
    std::string out;
    for (const auto& frame : stack) out += '\n' + frame.function;
    return out;
}

/// Whole sentences: viewers show nothing else.
std::string message(std::initializer_list<std::string> parts) {
    std::string out;
    for (const auto& part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += out.ends_with('.') ? " " : ". ";
        out += printable(part, true);
    }
    return out;
}

void add(SarifLog& log, const RunResult& result, const Options& options) {
    constexpr const char* why = "the scenario expects it";
    for (const auto& finding : result.findings)
        log.results.push_back(
            {std::string(name(finding.rule)), name(finding.severity),
             message({finding.title, finding.evidence, step_words(result, finding.step), advice(finding.rule)}),
             relative(location_of(result, finding, options), options.root),
             fmt::format("{}\n{}{}", result.file, finding.subject, way(finding.stack)), finding.expected, why});
    for (const auto& failure : result.failures)
        log.results.push_back(
            {"expectation-failed", "error",
             message({fmt::format("{}: expected {}, got {}", failure.what, failure.expected, failure.got),
                      step_words(result, failure.step), failure.help}),
             relative(step_location(result, failure.step), options.root),
             fmt::format("{}\n{}\n{}", result.file, failure.what, failure.expected)});
    if (!result.death) return;
    const auto& death = *result.death;
    log.results.push_back(
        {death_rule(death), "error", message({death.headline, step_words(result, death.in.step), death.advice}),
         relative(location_of(result, death, options), options.root),
         fmt::format("{}\n{}\n{}", result.file, death.in.driver, death.in.callback), death.expected, why});
}

void notify(SarifLog& log, const RunResult& result, const Options& options) {
    const auto say = [&](std::string rule, const std::string& text, const Location& location) {
        log.notifications.push_back(
            {std::move(rule), "error", printable(text, true), relative(location, options.root)});
    };
    for (const auto& mistake : result.mistakes)
        say("unusable-scenario", message({mistake.message, mistake.hint}),
            {mistake.place.file.empty() ? result.file : mistake.place.file, mistake.place.line});
    if (result.verdict == Verdict::bug) say("bug-of-ddlltool", headline(result, options.fail_on), {result.file, 0});
}

} // namespace

std::string write_sarif(const Run& run, const Options& options) {
    SarifLog log;
    log.version = options.version;
    log.complete = !run.interrupted;
    for (const auto& result : run.results) {
        if (result.verdict != Verdict::bug) add(log, result, options);
        notify(log, result, options);
    }
    return sarif(log);
}

} // namespace ddll::report
