#include "report/json.h"

#include "journal/json.h"
#include "report/formats.h"
#include "report/naming.h"
#include "report/step_text.h"

#include <embedded/report.h>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;
using namespace scenario;

/// Set only when there is something: absent keys mean "nothing" everywhere in the format.
void put(Json& object, const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}

Json place_json(const Place& place) {
    Json out = Json::object();
    put(out, "file", place.file);
    if (place.line > 0) out["line"] = place.line;
    if (place.column > 0) out["column"] = place.column;
    put(out, "pointer", place.pointer);
    return out;
}

Json steps_json(const RunResult& result) {
    Json out = Json::array();
    for (std::size_t i = 0; i < result.flat.size() && i < result.steps.size(); ++i) {
        const FlatStep& flat = result.flat[i];
        const StepText words = step_text(*flat.step);
        Json step = {{"index", i}, {"number", flat.number}};
        if (!flat.rounds.empty()) step["rounds"] = flat.rounds;
        put(step, "who", words.who);
        put(step, "what", words.what);
        put(step, "note", flat.step->note);
        step["state"] = state_name(result.steps[i].state);
        step["place"] = place_json(flat.step->place);
        if (result.steps[i].first_entry != 0)
            step["entries"] = {result.steps[i].first_entry, result.steps[i].last_entry};
        out.push_back(std::move(step));
    }
    return out;
}

Json failures_json(const RunResult& result) {
    Json out = Json::array();
    for (const auto& failure : result.failures) {
        Json item = Json::object();
        if (failure.step != UINT32_MAX) item["step"] = failure.step;
        item["what"] = failure.what;
        item["expected"] = failure.expected;
        item["got"] = failure.got;
        put(item, "help", failure.help);
        out.push_back(std::move(item));
    }
    return out;
}

Json findings_json(const RunResult& result) {
    Json out = Json::array();
    for (const auto& finding : result.findings) {
        Json item = {{"rule", name(finding.rule)}, {"severity", name(finding.severity)}, {"title", finding.title}};
        put(item, "evidence", finding.evidence);
        put(item, "advice", fix_of(finding));
        if (finding.step != UINT32_MAX) item["step"] = finding.step;
        if (!finding.stack.empty()) item["stack"] = stack_json(finding.stack);
        item["expected"] = finding.expected;
        out.push_back(std::move(item));
    }
    return out;
}

Json death_json(const Death& death) {
    Json out = {{"headline", death.headline}, {"expected", death.expected}};
    put(out, "signal", death.signal);
    if (death.exit_status) out["exit_status"] = *death.exit_status;
    if (death.timed_out) out["timed_out"] = true;
    if (death.out_of_memory) out["out_of_memory"] = true;
    put(out, "exception", death.exception);
    Json in = Json::object();
    put(in, "callback", death.in.callback_name());
    put(in, "driver", death.in.driver);
    put(in, "version", death.in.version);
    put(in, "port", death.in.port);
    if (death.in.step != UINT32_MAX) in["step"] = death.in.step;
    if (!in.empty()) out["in"] = std::move(in);
    out["stack"] = stack_json(death.stack);
    put(out, "output", death.output);
    put(out, "advice", death.advice);
    return out;
}

Json mistakes_json(const RunResult& result) {
    Json out = Json::array();
    for (const auto& mistake : result.mistakes) {
        Json item = {{"message", mistake.message}};
        put(item, "hint", mistake.hint);
        item["place"] = place_json(mistake.place);
        if (!mistake.notes.empty()) item["notes"] = mistake.notes;
        out.push_back(std::move(item));
    }
    return out;
}

/// Numbers that the system chose are other ones in the next run.
void name_chosen(Json& value, const RunResult& result) {
    if (value.is_string()) {
        value = with_names(value.get<std::string>(), result.chosen);
    } else if (value.is_number_integer()) {
        const auto found = result.chosen.find(value.dump());
        if (found != result.chosen.end()) value = found->second;
    } else if (value.is_object()) {
        for (auto member = value.begin(); member != value.end(); ++member)
            if (member.key() != "seq" && member.key() != "time_ns") name_chosen(member.value(), result);
    }
}

Json events_json(const RunResult& result) {
    Json out = Json::array();
    if (!result.journal) return out;
    Naming naming(result);
    for (const auto& entry : *result.journal) {
        naming.observe(entry);
        out.push_back(Json::parse(journal::to_json(entry, naming.words()), nullptr, false));
        if (!result.chosen.empty()) name_chosen(out.back(), result);
    }
    return out;
}

Json scenario_json(const RunResult& result, const Options& options) {
    Json out = {{"file", result.file}, {"title", result.title}};
    out["verdict"] = name(verdict_of(result, options.fail_on));
    if (result.release) out["otp"] = words::number_of(*result.release);
    if (result.scenario && !result.scenario->tags.empty()) out["tags"] = result.scenario->tags;
    if (!result.reproducible) out["reproducible"] = false;
    put(out, "skipped_why", result.skipped.why);
    if (!result.mistakes.empty()) out["mistakes"] = mistakes_json(result);
    out["steps"] = steps_json(result);
    out["failures"] = failures_json(result);
    out["findings"] = findings_json(result);
    if (result.death) out["death"] = death_json(*result.death);
    put(out, "output", result.output);
    if (!result.names.empty()) out["names"] = result.names;
    if (options.events) {
        out["events"] = events_json(result);
        if (result.journal && result.journal->lost() > 0) out["events_lost"] = result.journal->lost();
    }
    return out;
}

} // namespace

Json stack_json(const std::vector<scenario::StackFrame>& frames) {
    Json stack = Json::array();
    for (const auto& frame : frames) {
        Json item = {{"module", frame.module}};
        if (frame.offset) item["offset"] = *frame.offset;
        put(item, "function", frame.function);
        put(item, "source", frame.source);
        stack.push_back(std::move(item));
    }
    return stack;
}

std::string report_schema() {
    return std::string(embedded::report_schema_json());
}

Json run_json(const Run& run, const Options& options) {
    const Counts n = count(run, options.fail_on);
    Json out;
    out["ddlltool"] = {{"report", 1}};
    out["summary"] = {{"passed", n.passed},     {"failed", n.failed}, {"crashed", n.crashed}, {"hung", n.hung},
                      {"unusable", n.unusable}, {"bugs", n.bugs},     {"skipped", n.skipped}};
    out["interrupted"] = run.interrupted;
    out["seed"] = options.seed;
    if (run.shard)
        out["shard"] = {{"index", run.shard->index},
                        {"count", run.shard->count},
                        {"of", run.shard->of},
                        {"positions", run.shard->positions}};
    out["scenarios"] = Json::array();
    for (const auto& result : run.results) out["scenarios"].push_back(scenario_json(result, options));
    return out;
}

std::string write_json(const Run& run, const Options& options) {
    // Drivers may print bytes that are no UTF-8; a report must not fail for it.
    return run_json(run, options).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace ddll::report
