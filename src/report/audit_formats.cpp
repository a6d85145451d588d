// What check writes for programs.
#include "base/sha256.h"
#include "check/catalogue.h"
#include "report/audit.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::report {

namespace {

using Json = nlohmann::ordered_json;
using audit::Audit;

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// The file that a finding is shown at: the source where it is known, else the library.
std::string uri(const Audit& audit, const audit::Finding& finding) {
    return finding.source.empty() ? audit.file : finding.source;
}

std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        if (c == '%')
            out += "%25";
        else if (c == '\r')
            out += "%0D";
        else if (c == '\n')
            out += "%0A";
        else if (property && c == ':')
            out += "%3A";
        else if (property && c == ',')
            out += "%2C";
        else
            out += c;
    }
    return out;
}

std::string xml(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

} // namespace

std::string audit_json(const Audit& audit, const Style&) {
    Json out = {{"check", 1}, {"driver", audit.name}, {"file", audit.file}};
    if (!audit.against.empty()) out["against"] = audit.against;
    out["verdict"] = audit::name(audit.verdict);
    out["conditions"] = audit.conditions;
    out["findings"] = Json::array();
    for (const audit::Finding& finding : audit.findings) {
        Json item = {{"rule", finding.rule},           {"severity", finding.severity},  {"title", finding.title},
                     {"evidence", finding.evidence},   {"on_a_node", finding.why},      {"cure", finding.advice},
                     {"confirmed", finding.confirmed}, {"static", finding.also_static}, {"seen_when", finding.trials}};
        if (!finding.source.empty()) item["place"] = {{"file", finding.source}, {"line", finding.line}};
        if (finding.suppressed != nullptr)
            item["suppressed"] = {{"reason", finding.suppressed->reason}, {"expires", finding.suppressed->expires}};
        out["findings"].push_back(std::move(item));
    }
    out["stories"] = Json::array();
    for (const audit::Trial& trial : audit.trials) {
        Json item = {{"id", trial.id}, {"title", trial.title}, {"ended", scenario::name(trial.result.verdict)}};
        if (trial.result.death) item["death"] = trial.result.death->headline;
        out["stories"].push_back(std::move(item));
    }
    out["looked_at"] = audit.looked_at;
    out["not_looked_at"] = audit.not_looked_at;
    return dumped(out);
}

std::string audit_sarif(const Audit& audit, const Style&) {
    Json rules = Json::array(), results = Json::array();
    for (const audit::Finding& finding : audit.findings) {
        const check::Rule* rule = check::rule(finding.rule);
        const char* level = finding.severity == "error" ? "error" : finding.severity == "warning" ? "warning" : "note";
        Json row = {{"id", finding.rule}};
        if (rule != nullptr) {
            row["shortDescription"] = {{"text", std::string(rule->title)}};
            row["fullDescription"] = {{"text", std::string(rule->why)}};
            row["help"] = {{"text", std::string(rule->advice)}};
        }
        rules.push_back(std::move(row));
        Json physical = {{"artifactLocation", {{"uri", uri(audit, finding)}}}};
        if (finding.line > 0) physical["region"] = {{"startLine", finding.line}};
        Json item = {
            {"ruleId", finding.rule},
            {"level", level},
            {"message", {{"text", fmt::format("{} ({}). {}", finding.title, finding.evidence, finding.advice)}}},
            {"locations", Json::array({{{"physicalLocation", std::move(physical)}}})},
            {"partialFingerprints", {{"ddlltool/v1", sha256(finding.rule + "\n" + audit.name)}}}};
        if (finding.suppressed != nullptr)
            item["suppressions"] = Json::array({{{"kind", "external"}, {"justification", finding.suppressed->reason}}});
        results.push_back(std::move(item));
    }
    Json run = {{"tool", {{"driver", {{"name", "ddlltool"}, {"rules", std::move(rules)}}}}},
                {"results", std::move(results)}};
    return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", Json::array({std::move(run)})}});
}

std::string audit_junit(const Audit& audit, const Style&) {
    std::string cases;
    std::size_t failures = 0, skipped = 0, tests = 0;
    for (const audit::Finding& finding : audit.findings) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(audit.name), xml(finding.rule));
        const std::string text = fmt::format("{}: {}. {}", finding.title, finding.evidence, finding.advice);
        if (finding.suppressed != nullptr) {
            ++skipped;
            cases +=
                fmt::format("><skipped message=\"{}\"/></testcase>\n", xml("accepted: " + finding.suppressed->reason));
        } else if (finding.severity == "note") {
            cases += fmt::format("><system-out>{}</system-out></testcase>\n", xml(text));
        } else {
            ++failures;
            cases += fmt::format("><failure type=\"{}\" message=\"{}\"/></testcase>\n", finding.severity, xml(text));
        }
    }
    for (const audit::Trial& trial : audit.trials) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}.stories\" name=\"{}\"", xml(audit.name), xml(trial.title));
        if (trial.result.death) {
            ++failures;
            cases +=
                fmt::format("><failure type=\"died\" message=\"{}\"/></testcase>\n", xml(trial.result.death->headline));
        } else {
            cases += "/>\n";
        }
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"ddlltool check {}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
        "{}  </testsuite>\n</testsuites>\n",
        xml(audit.name), tests, failures, skipped, cases);
}

std::string audit_github(const Audit& audit, const Style&) {
    std::string out;
    for (const audit::Finding& finding : audit.findings) {
        const bool accepted = finding.suppressed != nullptr;
        const std::string command = accepted || finding.severity == "note" ? "notice" : finding.severity;
        std::string properties = "file=" + escaped(uri(audit, finding), true);
        if (finding.line > 0) properties += fmt::format(",line={}", finding.line);
        properties += ",title=" + escaped(finding.rule, true);
        std::string text = fmt::format("{}: {}\ncure: {}", finding.title, finding.evidence, finding.advice);
        if (accepted)
            text += fmt::format("\naccepted until {}: {}", finding.suppressed->expires, finding.suppressed->reason);
        out += fmt::format("::{} {}::{}\n", command, properties, escaped(text, false));
    }
    return out + audit_summary(audit) + '\n';
}

} // namespace ddll::report
