// What check writes for programs.
#include "report/check.h"
#include "report/github.h"
#include "report/json.h"
#include "report/sarif.h"
#include "report/xml.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <map>

namespace ddll::report {

namespace {

using Json = nlohmann::ordered_json;
using check::CheckResult;

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// A callback each, in the order of the entry.
Json callback_names(std::uint32_t callbacks) {
    Json out = Json::array();
    for (const words::Callback callback : words::all<words::Callback>)
        if ((callbacks & words::bit(callback)) != 0) out.push_back(name(callback));
    return out;
}

/// As SARIF has it, for a finding of two that were compared.
const char* baseline_state(const check::CheckFinding& finding) {
    switch (finding.baseline) {
    case check::Baseline::none:
        return nullptr;
    case check::Baseline::fresh:
        return "new";
    case check::Baseline::unchanged:
        return "unchanged";
    case check::Baseline::absent:
        return "absent";
    }
    return nullptr;
}

/// "new: ...", where there is something to compare with.
std::string with_status(const check::CheckFinding& finding, const std::string& text) {
    const std::string status = status_of(finding);
    return status.empty() ? text : fmt::format("{}: {}", status, text);
}

Json expectation_json(const check::FailedExpectation& failed) {
    Json out = {{"what", failed.what}, {"expected", failed.expected}, {"got", failed.got}};
    if (failed.step > 0) out["step"] = failed.step;
    return out;
}

} // namespace

namespace {

Json numbers(const std::vector<words::Release>& releases) {
    Json out = Json::array();
    for (const words::Release release : releases) out.push_back(words::number_of(release));
    return out;
}

Json releases_json(const CheckResult& checked) {
    Json out = {{"releases", Json::array()}, {"findings", Json::array()}, {"answers", Json::array()}};
    for (const check::ReleaseVerdict& one : checked.across.releases)
        out["releases"].push_back(
            {{"otp", words::number_of(one.release)}, {"verdict", check::name(one.verdict)}, {"reason", one.reason}});
    for (const check::CheckFinding& finding : checked.findings)
        if (check::differs_by_release(finding))
            out["findings"].push_back({{"rule", name(finding.rule)}, {"otp", numbers(finding.releases)}});
    for (const check::ReleaseAnswers& line : checked.across.answers) {
        Json answers = Json::array();
        for (std::size_t i = 0; i < line.answers.size(); ++i)
            answers.push_back(
                {{"otp", words::number_of(checked.across.releases[i].release)}, {"answer", line.answers[i]}});
        out["answers"].push_back({{"scenario", line.run}, {"call", line.call}, {"answers", std::move(answers)}});
    }
    return out;
}

Json finding_json(const CheckResult& checked, const check::CheckFinding& finding, const CheckFormatOptions& options) {
    Json item = {{"rule", name(finding.rule)},
                 {"severity", name(finding.severity)},
                 {"title", finding.title},
                 {"evidence", finding.evidence},
                 {"on_a_node", words::row(finding.rule).why},
                 {"cure", fix_of(finding)},
                 {"confirmed", finding.confirmed},
                 {"static", finding.also_static},
                 {"seen_when", finding.runs}};
    if (finding.baseline != check::Baseline::none) item["of"] = name(finding.of);
    if (const char* baseline = baseline_state(finding)) item["baseline"] = baseline;
    if (finding.invented) item["invented_data"] = true;
    if (check::differs_by_release(finding)) item["otp"] = numbers(finding.releases);
    if (finding.expectation) item["expectation"] = expectation_json(*finding.expectation);
    const Location place = location_of(checked, finding, options.root);
    if (place.line > 0) item["place"] = {{"file", place.file}, {"line", place.line}};
    if (!finding.stack.empty()) item["stack"] = stack_json(finding.stack);
    if (finding.suppressed != nullptr)
        item["suppressed"] = {{"reason", finding.suppressed->reason}, {"expires", finding.suppressed->expires}};
    return item;
}

Json comparison_json(const CheckResult& checked, const CheckFormatOptions& options) {
    Json out = {{"new", Json::array()}, {"still_there", Json::array()}, {"fixed", Json::array()}};
    for (const check::CheckFinding& finding : checked.findings)
        if (finding.of != check::Side::older && finding.baseline != check::Baseline::none)
            out[finding.baseline == check::Baseline::fresh ? "new" : "still_there"].push_back(name(finding.rule));
    for (const check::CheckFinding& finding : checked.fixed)
        out["fixed"].push_back(finding_json(checked, finding, options));
    out["answers"] = Json::array();
    for (const check::AnswerChange& change : checked.answers)
        out["answers"].push_back(
            {{"story", change.run}, {"call", change.call}, {"older", change.older}, {"newer", change.newer}});
    return out;
}

Json check_value(const CheckResult& checked, const CheckFormatOptions& options) {
    Json out = {{"check", 1}, {"driver", checked.name}, {"file", checked.file}};
    if (!checked.against.empty()) out["against"] = checked.against;
    out["otp"] = words::number_of(checked.release);
    out["verdict"] = check::name(checked.verdict);
    out["reason"] = main_reason(checked);
    out["reasons"] = Json::array();
    for (const check::Reason& reason : checked.reasons)
        out["reasons"].push_back({{"verdict", check::name(check::row(reason.ground).verdict)},
                                  {"because", check::row(reason.ground).what},
                                  {"text", reason.text}});
    out["findings"] = Json::array();
    for (const check::CheckFinding& finding : checked.findings)
        out["findings"].push_back(finding_json(checked, finding, options));
    if (!checked.against.empty()) out["comparison"] = comparison_json(checked, options);
    if (!checked.across.releases.empty()) out["across_releases"] = releases_json(checked);
    out["stories"] = Json::array();
    for (const check::CheckRun& run : checked.runs) {
        Json item = {{"id", run.id}, {"title", run.title}, {"ended", scenario::name(run.result.verdict)}};
        if (!checked.against.empty()) item["of"] = name(run.of);
        if (run.result.death) item["death"] = run.result.death->headline;
        out["stories"].push_back(std::move(item));
    }
    out["calls"] = {{"own", checked.coverage.own_calls}, {"made", checked.coverage.calls}};
    out["callbacks"] = {{"in_entry", callback_names(checked.coverage.entry)},
                        {"reached", callback_names(checked.coverage.entry & checked.coverage.reached)}};
    out["ports_opened"] = checked.coverage.ports;
    out["looked_at"] = checked.looked_at;
    out["not_looked_at"] = checked.not_looked_at;
    return out;
}

} // namespace

std::string check_json(const CheckResult& checked, const CheckFormatOptions& options) {
    return dumped(check_value(checked, options));
}

std::string check_term(const CheckResult& checked, const CheckFormatOptions& options) {
    Json json = check_value(checked, options);
    const auto version = json.at("check").get<int>();
    json.erase("check");
    return erlang_term("ddlltool_check", version, json);
}

std::string check_html(const CheckResult& checked, const CheckFormatOptions& options) {
    return sheet_html(check_sheet(checked, options));
}

std::string check_tap(const CheckResult& checked, const CheckFormatOptions& options) {
    return sheet_tap(check_sheet(checked, options));
}

std::string check_sarif(const CheckResult& checked, const CheckFormatOptions& options) {
    SarifLog log;
    log.version = options.version;
    log.complete = !checked.interrupted;
    if (checked.verdict == check::Safety::unknown)
        log.notifications.push_back(
            {"check-unknown", "error", check_summary(checked), relative({checked.file, 0}, options.root)});
    for (const auto* list : {&checked.findings, &checked.fixed})
        for (const check::CheckFinding& finding : *list) {
            const auto* accepted = finding.suppressed;
            const char* baseline = baseline_state(finding);
            log.results.push_back(
                {std::string(name(finding.rule)), name(finding.severity),
                 fmt::format("{}{} ({}). {}", finding.title, only_on(finding), finding.evidence, fix_of(finding)),
                 location_of(checked, finding, options.root), checked.name, accepted != nullptr,
                 accepted == nullptr ? "" : accepted->reason, baseline == nullptr ? "" : baseline});
        }
    for (const std::string& line : differing_answers(checked))
        log.results.push_back({std::string(answer_differs), "note", printable(line, true),
                               relative({checked.file, 0}, options.root), checked.name + '\n' + line});
    return sarif(log);
}

std::string check_junit(const CheckResult& checked, const CheckFormatOptions& options) {
    std::string cases, notes;
    std::size_t failures = 0, skipped = 0, tests = 0, errors = 0;
    std::map<std::string, int> times;
    const auto unique = [&](std::string name) { // GitLab wants that: a driver may crash in several ways
        const int before = times[name]++;
        return before == 0 ? name : fmt::format("{} ({})", name, before + 1);
    };
    if (checked.verdict == check::Safety::unknown) {
        ++tests, ++errors;
        cases += fmt::format("    <testcase classname=\"{}\" name=\"verdict\"><error type=\"UNKNOWN\" message=\"{}\"/>"
                             "</testcase>\n",
                             xml_attribute(checked.name), xml_attribute(main_reason(checked)));
    }
    for (const check::CheckFinding& finding : checked.findings) {
        const std::string text = with_status(
            finding, fmt::format("{}{}: {}. {}", finding.title, only_on(finding), finding.evidence, fix_of(finding)));
        if (check::ground_of(finding) == check::Ground::nothing) { // a note is no test
            notes += fmt::format("{} {}\n", name(finding.rule), text);
            continue;
        }
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", xml_attribute(checked.name),
                             xml_attribute(unique(name(finding.rule))),
                             xml_attribute(location_of(checked, finding, options.root).file));
        if (finding.suppressed != nullptr) {
            ++skipped;
            cases += fmt::format("><skipped message=\"{}\"/></testcase>\n",
                                 xml_attribute("accepted: " + finding.suppressed->reason));
        } else {
            ++failures;
            cases += fmt::format("><failure type=\"{}\" message=\"{}\"/></testcase>\n", name(finding.severity),
                                 xml_attribute(text));
        }
    }
    for (const std::string& line : differing_answers(checked)) notes += line + '\n';
    for (const check::CheckFinding& finding : checked.fixed) {
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}.fixed\" name=\"{}\"/>\n", xml_attribute(checked.name),
                             xml_attribute(unique(fmt::format("{} (fixed)", name(finding.rule)))));
    }
    // What crashed is a finding, too: here are the runs that came to their end.
    for (const check::CheckRun& run : checked.runs) {
        const bool ended = run.result.verdict == scenario::Verdict::passed ||
                           (run.result.verdict == scenario::Verdict::failed && !run.id.starts_with("workload"));
        if (!ended) continue;
        ++tests;
        cases += fmt::format("    <testcase classname=\"{}.stories\" name=\"{}\"/>\n", xml_attribute(checked.name),
                             xml_attribute(run.title));
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"ddlltool check {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n"
        "{}    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
        xml_attribute(checked.name), tests, failures, errors, skipped, cases,
        xml_attribute(notes + check_summary(checked)));
}

std::string check_github(const CheckResult& checked, const CheckFormatOptions& options) {
    std::string out;
    if (checked.verdict == check::Safety::unknown)
        out += workflow_command({"error", relative({checked.file, 0}, options.root), "UNKNOWN", main_reason(checked)});
    for (const check::CheckFinding& finding : checked.findings) {
        const bool accepted = finding.suppressed != nullptr;
        std::string text = with_status(finding, fmt::format("{}{}: {}\ncure: {}", finding.title, only_on(finding),
                                                            finding.evidence, fix_of(finding)));
        if (accepted)
            text += fmt::format("\naccepted until {}: {}", finding.suppressed->expires, finding.suppressed->reason);
        out += workflow_command({accepted ? "notice" : annotation_level(name(finding.severity)),
                                 location_of(checked, finding, options.root), std::string(name(finding.rule)),
                                 std::move(text)});
    }
    for (const check::CheckFinding& finding : checked.fixed)
        out += fmt::format("fixed: {}: {}\n", name(finding.rule), printable(finding.title));
    for (const std::string& line : differing_answers(checked)) out += printable(line) + '\n';
    return out + check_summary(checked) + '\n';
}

} // namespace ddll::report
