#include "report/verification.h"

#include "base/text.h"
#include "report/step_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::report {

using verify::Agreement;
using verify::ScenarioComparison;

namespace {

using Json = nlohmann::ordered_json;

const char* word(Agreement agreement) {
    switch (agreement) {
    case Agreement::agrees:
        return "agrees";
    case Agreement::differs:
        return "differs";
    case Agreement::excluded:
        return "excluded";
    case Agreement::not_compared:
        return "not judged";
    }
    return "";
}

std::string steps_text(const std::vector<std::uint32_t>& steps) {
    if (steps.empty()) return "whole story";
    std::string out = fmt::format("step{} ", plural(steps.size()));
    for (std::size_t i = 0; i < steps.size(); ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", steps[i]);
    return out;
}

std::string difference_text(const verify::Difference& difference, const Style& style) {
    return fmt::format("      {}\n        ddlltool  {}\n        erl       {}\n", style.strong(difference.what),
                       printable(difference.ours), printable(difference.nodes));
}

Json scenario_json(const ScenarioComparison& compared) {
    Json one{{"file", compared.file},
             {"title", compared.title},
             {"verdict", word(compared.agreement)},
             {"steps_compared", compared.steps_compared},
             {"runs", compared.runs}};
    if (!compared.why.empty()) one["why"] = compared.why;
    if (compared.death) one["death"] = *compared.death;
    Json differences = Json::array();
    for (const auto& [step, difference] : compared.differences)
        differences.push_back({{"step", compared.flat[step].number},
                               {"line", compared.flat[step].step->place.line},
                               {"what", difference.what},
                               {"ddlltool", printable(difference.ours)},
                               {"erl", printable(difference.nodes)}});
    one["differences"] = std::move(differences);
    Json left = Json::array();
    for (const auto& part : compared.not_compared) left.push_back({{"what", part.what}, {"steps", part.steps}});
    one["not_compared"] = std::move(left);
    return one;
}

std::string compared_with(const verify::NodeFacts& facts, bool recorded = false) {
    return fmt::format("judged by {}OTP {} (erts {}, driver interface {})", recorded ? "a recording of " : "",
                       facts.otp, facts.erts, facts.driver_interface);
}

std::string varied(std::uint64_t scenarios) {
    if (scenarios == 0) return "";
    return fmt::format("; {} in which runs of the node itself were not all the same", scenarios);
}

Json facts_json(const verify::NodeFacts& facts) {
    return Json{{"ddlltool_verify", 1},
                {"otp", facts.otp},
                {"erts", facts.erts},
                {"driver_interface", facts.driver_interface},
                {"linked_in", facts.machine.linked_in},
                {"open_error_preset", facts.machine.open_error_preset}};
}

std::string written(const Json& whole) {
    return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string verification_text(const ScenarioComparison& compared, bool verbose, const Style& style) {
    const std::string mark = compared.agreement == Agreement::agrees    ? style.good("agrees ")
                             : compared.agreement == Agreement::differs ? style.bad("DIFFERS")
                                                                        : style.warn("skipped");
    std::string out = fmt::format("{} {}", mark, compared.file);
    if (!compared.title.empty()) out += ": " + printable(compared.title);
    if (compared.agreement == Agreement::excluded) return out + fmt::format("\n    not for a node: {}\n", compared.why);
    if (compared.agreement == Agreement::not_compared) return out + fmt::format("\n    not judged: {}\n", compared.why);
    if (compared.agreement == Agreement::agrees && compared.runs > 1)
        out += style.dim(fmt::format(" (run {} of the node; it did something else before)", compared.runs));
    if (compared.death)
        out += style.dim(fmt::format(
            " ({}: {})", compared.scenario->node_dies ? "the node dies, as the story says" : "both die; the node",
            *compared.death));
    out += "\n";
    std::uint32_t last = UINT32_MAX;
    for (const auto& [step, difference] : compared.differences) {
        if (step != last) {
            const scenario::FlatStep& flat = compared.flat[step];
            const StepText text = step_text(*flat.step);
            out += fmt::format("    step {} at {}: {}{}{}\n", step_number(flat), place_text(flat.step->place), text.who,
                               text.who.empty() ? "" : ": ", printable(text.what));
        }
        last = step;
        out += difference_text(difference, style);
    }
    if (verbose)
        for (const auto& part : compared.not_compared)
            out += style.dim(fmt::format("    not compared: {}: {}", part.what, steps_text(part.steps))) + "\n";
    return out;
}

std::string verification_summary(const verify::Verification& all) {
    const auto count = [&](Agreement wanted) {
        return std::count_if(all.scenarios.begin(), all.scenarios.end(),
                             [&](const ScenarioComparison& compared) { return compared.agreement == wanted; });
    };
    std::string out = fmt::format("{} stories: {} agree, {} differ", all.scenarios.size(), count(Agreement::agrees),
                                  count(Agreement::differs));
    if (const auto left = count(Agreement::excluded); left > 0) out += fmt::format(", {} not for a node", left);
    if (const auto left = count(Agreement::not_compared); left > 0) out += fmt::format(", {} not judged", left);
    out += varied(static_cast<std::uint64_t>(
        std::count_if(all.scenarios.begin(), all.scenarios.end(), [](const ScenarioComparison& compared) {
            return compared.agreement == Agreement::agrees && compared.runs > 1;
        })));
    std::size_t partly = 0;
    for (const auto& compared : all.scenarios) partly += compared.not_compared.empty() ? 0 : 1;
    if (partly > 0) out += fmt::format("; {} with parts that are not compared (--verbose lists them)", partly);
    return out + "; " + compared_with(all.facts, !all.recorded.empty());
}

std::string random_difference_text(const verify::RandomDifference& difference, const std::string& file) {
    ScenarioComparison shown = difference.comparison;
    shown.file = file;
    std::string out = verification_text(shown, false, Style{});
    if (shown.agreement == Agreement::agrees)
        out += "    the shrunk story agrees when it is played again: chance has a part in this difference\n";
    if (difference.steps_before == 0) return out + fmt::format("    story {}\n", difference.number);
    return out + fmt::format("    story {}, shrunk from {} steps\n", difference.number, difference.steps_before);
}

std::string random_summary(const verify::RandomResult& result, std::uint64_t seed, bool recorded) {
    std::string out = fmt::format("{} random stories of seed {}, {} steps", result.scenarios, seed, result.steps);
    if (!recorded) out += fmt::format(", {} nodes", result.nodes);
    out += fmt::format(": {} agree, {} differ", result.scenarios - result.differ - result.not_recorded, result.differ);
    if (result.not_recorded > 0) out += fmt::format(", {} not in the recording", result.not_recorded);
    return out + varied(result.vary) + "; " + compared_with(result.facts, recorded);
}

std::string random_json(const verify::RandomResult& result, std::uint64_t seed) {
    Json scenarios = Json::array();
    for (const auto& difference : result.differences) {
        Json one = scenario_json(difference.comparison);
        one["number"] = difference.number;
        one["scenario"] = difference.text;
        scenarios.push_back(std::move(one));
    }
    Json whole = facts_json(result.facts);
    whole["seed"] = seed;
    whole["random_stories"] = result.scenarios;
    whole["steps"] = result.steps;
    whole["differ"] = result.differ;
    whole["vary"] = result.vary;
    whole["interrupted"] = result.interrupted;
    whole["exercised"] = result.tally;
    whole["stories"] = std::move(scenarios);
    return written(whole);
}

std::string verification_json(const verify::Verification& all) {
    Json scenarios = Json::array();
    for (const ScenarioComparison& compared : all.scenarios) scenarios.push_back(scenario_json(compared));
    Json whole = facts_json(all.facts);
    if (all.recorded.empty())
        whole["erl"] = all.erl;
    else
        whole["recorded"] = all.recorded;
    whole["interrupted"] = all.interrupted;
    whole["exercised"] = all.tally;
    whole["stories"] = std::move(scenarios);
    return written(whole);
}

} // namespace ddll::report
