#include "report/sarif.h"

#include "base/sha256.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/location.h"
#include "report/style.h"
#include "words/findings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;
using scenario::RunResult;
using scenario::Verdict;
using words::Severity;

/// What the rules are about; ddlltool has no page of its own on the web.
constexpr const char* information_uri = "https://www.erlang.org/doc/man/erl_ddll.html";

/// What a scenario can come to without any rule about drivers. Ids are as stable as those of the catalogue.
struct Explained {
    std::string_view id;
    Severity severity;
    std::string_view title, why, advice;
};
constexpr Explained outcomes[] = {
    {"expectation-failed", Severity::error, "what a scenario expects did not happen",
     "The driver, or the calls that its users make, do something else than the story says.",
     "Compare what was expected with what came; mend the driver, or the story where it is wrong."},
    {answer_differs, Severity::note, "a call of the driver is answered in two ways",
     "Processes that call the driver get another answer from the one release, or version, than from the other.",
     "See whether the difference is meant, and whether its users know of it."},
};

std::optional<Explained> explained(const std::string& id) {
    for (const auto& outcome : outcomes)
        if (outcome.id == id) return outcome;
    const auto rule = words::named<words::Rule>(id);
    if (!rule) return std::nullopt;
    const words::RuleRow& row = words::row(*rule);
    return Explained{row.id, row.severity, row.title, row.why, row.advice};
}

/// RFC 3986: what may not stand in a path is written %NN.
std::string uri(const std::string& path) {
    constexpr std::string_view plain = "-._~/+@!$&'()*,;=";
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_alnum(c) || plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return path.starts_with('/') ? "file://" + out : out;
}

Json locations(const SarifResult& result) {
    if (result.place.file.empty()) return Json::array();
    Json artifact = {{"uri", uri(result.place.file)}};
    if (!result.place.file.starts_with('/')) artifact["uriBaseId"] = "%SRCROOT%";
    Json physical = {{"artifactLocation", std::move(artifact)}};
    if (result.place.line > 0) physical["region"] = {{"startLine", result.place.line}};
    return Json::array({{{"physicalLocation", std::move(physical)}}});
}

Json rule_json(const std::string& id) {
    Json row = {{"id", id}};
    const auto rule = explained(id);
    if (!rule) return row;
    const std::string title(rule->title), why(rule->why), advice(rule->advice);
    row["shortDescription"] = {{"text", title}};
    row["fullDescription"] = {{"text", why}};
    row["help"] = {{"text", fmt::format("{}: {}\n\nOn a node: {}\n\nWhat to do: {}", id, title, why, advice)},
                   {"markdown", fmt::format("**{}**\n\n*On a node:* {}\n\n*What to do:* {}", title, why, advice)}};
    row["defaultConfiguration"] = {{"level", name(rule->severity)}};
    row["properties"] = {{"tags", {"erlang", "linked-in-driver"}}};
    return row;
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
    constexpr const char* why = "the scenario expects it";
    for (const auto& finding : result.findings)
        log.results.push_back(
            {std::string(name(finding.rule)), name(finding.severity),
             message({finding.title, finding.evidence, step_words(result, finding.step), fix_of(finding)}),
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
         fmt::format("{}\n{}\n{}", result.file, death.in.driver, death.in.callback_name()), death.expected, why});
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

std::string death_rule(const scenario::Death& death) {
    return death.timed_out ? "driver-hung" : "driver-crashed";
}

std::string sarif(const SarifLog& log) {
    std::vector<std::string> ids;
    for (const auto& result : log.results) ids.push_back(result.rule);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Json rules = Json::array(), results = Json::array(), notifications = Json::array();
    for (const auto& id : ids) rules.push_back(rule_json(id));
    std::map<std::string, int> seen;
    for (const auto& result : log.results) {
        const auto index = std::lower_bound(ids.begin(), ids.end(), result.rule) - ids.begin();
        // The same thing found twice is two results: the second has a print of its own.
        std::string identity = result.rule + '\n' + result.identity;
        if (const int before = seen[identity]++; before > 0) identity += fmt::format("\n{}", before + 1);
        Json item = {{"ruleId", result.rule},          {"ruleIndex", index},
                     {"level", result.level},          {"message", {{"text", result.message}}},
                     {"locations", locations(result)}, {"partialFingerprints", {{"ddlltool/v1", sha256(identity)}}},
                     {"suppressions", Json::array()}};
        if (!result.baseline.empty()) item["baselineState"] = result.baseline;
        if (result.suppressed)
            item["suppressions"].push_back({{"kind", "external"}, {"justification", result.why_suppressed}});
        results.push_back(std::move(item));
    }
    for (const auto& note : log.notifications)
        notifications.push_back({{"level", note.level},
                                 {"message", {{"text", note.message}}},
                                 {"descriptor", {{"id", note.rule}}},
                                 {"locations", locations(note)}});
    Json driver = {{"name", "ddlltool"}, {"informationUri", information_uri}};
    if (!log.version.empty()) driver["semanticVersion"] = log.version;
    driver["rules"] = std::move(rules);
    Json invocation = {{"executionSuccessful", log.complete && log.notifications.empty()}};
    if (!notifications.empty()) invocation["toolExecutionNotifications"] = std::move(notifications);
    Json run = {{"tool", {{"driver", std::move(driver)}}},
                {"invocations", Json::array({std::move(invocation)})},
                {"originalUriBaseIds", {{"%SRCROOT%", {{"description", {{"text", "the root of the sources"}}}}}}},
                {"results", std::move(results)}};
    const Json whole = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                        {"version", "2.1.0"},
                        {"runs", Json::array({std::move(run)})}};
    return whole.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

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
