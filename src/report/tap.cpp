// The Test Anything Protocol, version 14: a line for each scenario, a YAML block under those that did not hold.
#include "report/tap.h"
#include "report/formats.h"
#include "report/location.h"
#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using tap::described;
using tap::Yaml;

using scenario::RunResult;
using scenario::Verdict;

void place(Yaml& yaml, const Location& location) {
    yaml.row("file", location.file);
    if (location.line > 0) yaml.number("line", location.line);
}

void failures(Yaml& yaml, const RunResult& result) {
    if (result.failures.empty()) return;
    yaml.list("failures");
    for (const auto& failure : result.failures) {
        yaml.item();
        yaml.row("what", failure.what);
        yaml.row("step", step_words(result, failure.step));
        place(yaml, step_location(result, failure.step));
        yaml.row("expected", failure.expected);
        yaml.row("got", failure.got);
        yaml.row("help", failure.help);
    }
    yaml.end();
}

void findings(Yaml& yaml, const RunResult& result, const Options& options) {
    if (result.findings.empty()) return;
    yaml.list("findings");
    for (const auto& finding : result.findings) {
        yaml.item();
        yaml.row("rule", std::string(name(finding.rule)));
        yaml.row("severity", name(finding.severity));
        yaml.row("title", finding.title);
        yaml.row("expected", finding.expected ? "yes" : "");
        yaml.row("step", step_words(result, finding.step));
        place(yaml, location_of(result, finding, options));
        yaml.row("evidence", finding.evidence);
        yaml.row("advice", fix_of(finding));
    }
    yaml.end();
}

std::string diagnostics(const RunResult& result, const Options& options) {
    Yaml yaml;
    const Verdict verdict = verdict_of(result, options.fail_on);
    yaml.row("verdict", scenario::name(verdict));
    yaml.row("message", headline(result, options.fail_on));
    yaml.row("title", result.title);
    yaml.row("scenario", result.file);
    if (result.death) {
        yaml.row("death", result.death->headline);
        yaml.row("step", step_words(result, result.death->in.step));
        place(yaml, location_of(result, *result.death, options));
        yaml.row("advice", result.death->advice);
        yaml.row("output", result.death->output);
    }
    failures(yaml, result);
    if (!result.mistakes.empty()) yaml.list("mistakes");
    for (const auto& mistake : result.mistakes) {
        yaml.item();
        yaml.row("message", mistake.message);
        place(yaml, {mistake.place.file, mistake.place.line});
        yaml.row("hint", mistake.hint);
    }
    yaml.end();
    findings(yaml, result, options);
    return yaml.text();
}

} // namespace

std::string write_tap(const Run& run, const Options& options) {
    std::string out = fmt::format("TAP version 14\n1..{}\n", run.results.size());
    std::size_t number = 0;
    for (const auto& result : run.results) {
        const Verdict verdict = verdict_of(result, options.fail_on);
        const bool ok = !is_bad(verdict);
        const std::string file = described(result.file), title = described(result.title);
        out += fmt::format("{} {} - {}", ok ? "ok" : "not ok", ++number, file);
        if (!title.empty()) out += fmt::format(": {}", title);
        if (verdict == Verdict::skipped)
            out += fmt::format(" # SKIP {}", printable(result.skipped.why)) + '\n';
        else
            out += '\n' + (ok && result.findings.empty() ? "" : diagnostics(result, options));
    }
    out += fmt::format("# {}\n", summary_line(run, options.fail_on));
    if (run.interrupted) out += "Bail out! interrupted\n";
    return out;
}

} // namespace ddll::report
