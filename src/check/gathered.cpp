#include "check/gathered.h"

#include "base/prose.h"
#include "findings/finding.h"

#include <algorithm>

namespace ddll::check {

namespace {

// Steps that ask something of a port are where what was invented comes in.
bool is_asked(const scenario::RunResult& result, std::uint32_t step) {
    if (step >= result.flat.size()) return false;
    const auto* call = std::get_if<scenario::CallStep>(&result.flat[step].step->what);
    return call != nullptr && std::any_of(call->calls.begin(), call->calls.end(), [](const scenario::Text& text) {
               return text.source.starts_with("port_control(") || text.source.starts_with("port_command(") ||
                      text.source.starts_with("erlang:port_call(");
           });
}

} // namespace

scenario::RunFinding run_finding(words::RuleOf<words::by_check> rule, const std::string& driver, std::string evidence) {
    scenario::RunFinding finding;
    finding.rule = rule;
    finding.severity = words::row(rule).severity;
    finding.title = findings::title_of(rule, driver);
    finding.evidence = prose(std::move(evidence));
    return finding;
}

CheckFinding& Gathered::entry_for(Rule rule) {
    for (CheckFinding& known : findings_)
        if (known.rule == rule && known.way.empty()) return known;
    CheckFinding& fresh = findings_.emplace_back();
    fresh.rule = rule;
    return fresh;
}

void Gathered::add(const findings::Finding& found) {
    CheckFinding& entry = entry_for(found.rule);
    entry.also_static = true;
    entry.title = found.title;
    entry.evidence = found.evidence;
    entry.fix = found.fix;
    entry.severity = std::max(entry.severity, found.severity);
}

void Gathered::add(const scenario::RunFinding& found, const CheckRun& run) {
    CheckFinding& entry = entry_for(found.rule);
    const bool invented = found.severity == Severity::error && run.invents && is_asked(run.result, found.step);
    entry.invented = invented && (entry.invented || (!entry.confirmed && !entry.also_static));
    if (!entry.confirmed || found.severity > entry.severity) {
        entry.title = found.title;
        entry.evidence = found.evidence;
        entry.stack = found.stack;
        if (!found.fix.empty()) entry.fix = found.fix;
        entry.severity = std::max(entry.severity, found.severity);
    }
    entry.confirmed = true;
    if (std::find(entry.runs.begin(), entry.runs.end(), run.title) == entry.runs.end()) entry.runs.push_back(run.title);
}

} // namespace ddll::check
