// What check writes for programs.
#include "report/check.h"
#include "report/github.h"
#include "report/json.h"
#include "report/sarif.h"
#include "report/xml.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace ddll::report {

namespace {

using Json = nlohmann::ordered_json;
using check::CheckResult;

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string death_text(const CheckCrash& way) {
    return fmt::format("{}\nwhen: {}\n{}", way.death->headline, fmt::join(way.titles, "; "), way.death->advice);
}

} // namespace

std::string check_json(const CheckResult& checked, const CheckFormatOptions& options) {
    Json out = {{"check", 1}, {"driver", checked.name}, {"file", checked.file}};
    if (!checked.against.empty()) out["against"] = checked.against;
    out["verdict"] = check::name(checked.verdict);
    out["conditions"] = checked.conditions;
    out["findings"] = Json::array();
    for (const check::CheckFinding& finding : checked.findings) {
        Json item = {{"rule", name(finding.rule)},
                     {"severity", name(finding.severity)},
                     {"title", finding.title},
                     {"evidence", finding.evidence},
                     {"on_a_node", words::row(finding.rule).why},
                     {"cure", advice(finding.rule)},
                     {"confirmed", finding.confirmed},
                     {"static", finding.also_static},
                     {"seen_when", finding.runs}};
        const Location place = location_of(checked, finding.stack, options.root);
        if (place.line > 0) item["place"] = {{"file", place.file}, {"line", place.line}};
        if (!finding.stack.empty()) item["stack"] = stack_json(finding.stack);
        if (finding.suppressed != nullptr)
            item["suppressed"] = {{"reason", finding.suppressed->reason}, {"expires", finding.suppressed->expires}};
        out["findings"].push_back(std::move(item));
    }
    out["stories"] = Json::array();
    for (const check::CheckRun& run : checked.runs) {
        Json item = {{"id", run.id}, {"title", run.title}, {"ended", scenario::name(run.result.verdict)}};
        if (run.result.death) item["death"] = run.result.death->headline;
        out["stories"].push_back(std::move(item));
    }
    out["looked_at"] = checked.looked_at;
    out["not_looked_at"] = checked.not_looked_at;
    return dumped(out);
}

std::string check_sarif(const CheckResult& checked, const CheckFormatOptions& options) {
    SarifLog log;
    log.version = options.version;
    log.complete = !checked.interrupted;
    for (const CheckCrash& way : deaths_of(checked)) {
        const auto& in = way.death->in;
        log.results.push_back({death_rule(*way.death), "error", death_text(way),
                               location_of(checked, way.death->stack, options.root),
                               fmt::format("{}\n{}\n{}", checked.name, in.driver, in.callback_name())});
    }
    for (const check::CheckFinding& finding : checked.findings) {
        const auto* accepted = finding.suppressed;
        log.results.push_back({std::string(name(finding.rule)), name(finding.severity),
                               fmt::format("{} ({}). {}", finding.title, finding.evidence, advice(finding.rule)),
                               location_of(checked, finding.stack, options.root), checked.name, accepted != nullptr,
                               accepted == nullptr ? "" : accepted->reason});
    }
    return sarif(log);
}

std::string check_junit(const CheckResult& checked, const CheckFormatOptions& options) {
    std::string cases;
    std::size_t failures = 0, skipped = 0, tests = 0;
    for (const check::CheckFinding& finding : checked.findings) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", xml_attribute(checked.name),
                             xml_attribute(std::string(name(finding.rule))),
                             xml_attribute(location_of(checked, finding.stack, options.root).file));
        const std::string text = fmt::format("{}: {}. {}", finding.title, finding.evidence, advice(finding.rule));
        if (finding.suppressed != nullptr) {
            ++skipped;
            cases += fmt::format("><skipped message=\"{}\"/></testcase>\n",
                                 xml_attribute("accepted: " + finding.suppressed->reason));
        } else if (finding.severity == words::Severity::note) {
            cases += fmt::format("><system-out>{}</system-out></testcase>\n", xml_attribute(text));
        } else {
            ++failures;
            cases += fmt::format("><failure type=\"{}\" message=\"{}\"/></testcase>\n", name(finding.severity),
                                 xml_attribute(text));
        }
    }
    for (const check::CheckRun& run : checked.runs) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}.stories\" name=\"{}\"", xml_attribute(checked.name),
                             xml_attribute(run.title));
        if (run.result.death) {
            ++failures;
            cases += fmt::format("><failure type=\"died\" message=\"{}\"/></testcase>\n",
                                 xml_attribute(run.result.death->headline));
        } else {
            cases += "/>\n";
        }
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"ddlltool check {}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
        "{}  </testsuite>\n</testsuites>\n",
        xml_attribute(checked.name), tests, failures, skipped, cases);
}

std::string check_github(const CheckResult& checked, const CheckFormatOptions& options) {
    std::string out;
    for (const CheckCrash& way : deaths_of(checked)) {
        out += workflow_command(
            {"error", location_of(checked, way.death->stack, options.root), checked.name + " died", death_text(way)});
    }
    for (const check::CheckFinding& finding : checked.findings) {
        const bool accepted = finding.suppressed != nullptr;
        std::string text = fmt::format("{}: {}\ncure: {}", finding.title, finding.evidence, advice(finding.rule));
        if (accepted)
            text += fmt::format("\naccepted until {}: {}", finding.suppressed->expires, finding.suppressed->reason);
        out += workflow_command({accepted ? "notice" : annotation_level(name(finding.severity)),
                                 location_of(checked, finding.stack, options.root), std::string(name(finding.rule)),
                                 std::move(text)});
    }
    return out + check_summary(checked) + '\n';
}

} // namespace ddll::report
