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

void put_at(SarifResult& result, const Location& location, const Options& options) {
    const std::string shown = below(location.file, options.root);
    result.file = shown.empty() ? location.file : shown;
    result.line = location.line;
}

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
    for (const auto& finding : result.findings) {
        SarifResult item;
        item.rule = name(finding.rule);
        item.level = name(finding.severity);
        item.message =
            message({finding.title, finding.evidence, step_words(result, finding.step), advice(finding.rule)});
        put_at(item, location_of(result, finding, options), options);
        item.identity = fmt::format("{}\n{}{}", result.file, finding.subject, way(finding.stack));
        item.suppressed = finding.expected;
        item.why_suppressed = "the scenario expects it";
        log.results.push_back(std::move(item));
    }
    for (const auto& failure : result.failures) {
        SarifResult item;
        item.rule = "expectation-failed";
        item.level = "error";
        item.message = message({fmt::format("{}: expected {}, got {}", failure.what, failure.expected, failure.got),
                                step_words(result, failure.step), failure.help});
        put_at(item, step_location(result, failure.step), options);
        item.identity = fmt::format("{}\n{}\n{}", result.file, failure.what, failure.expected);
        log.results.push_back(std::move(item));
    }
    if (!result.death) return;
    SarifResult item;
    item.rule = death_rule(*result.death);
    item.level = "error";
    item.message = message({result.death->headline, step_words(result, result.death->in.step), result.death->advice});
    put_at(item, location_of(result, *result.death, options), options);
    item.identity = fmt::format("{}\n{}\n{}", result.file, result.death->in.driver, result.death->in.callback_name());
    item.suppressed = result.death->expected;
    item.why_suppressed = "the scenario expects it";
    log.results.push_back(std::move(item));
}

void notify(SarifLog& log, const RunResult& result, const Options& options) {
    const auto say = [&](std::string rule, const std::string& text, const Location& location) {
        SarifResult item;
        item.rule = std::move(rule);
        item.level = "error";
        item.message = printable(text, true);
        put_at(item, location, options);
        log.notifications.push_back(std::move(item));
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
