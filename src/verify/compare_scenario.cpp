#include "verify/compare_scenario.h"

#include "verify/node_player.h"
#include "verify/tally.h"
#include "scenario/versions.h"

#include <algorithm>
#include <thread>

namespace ddll::verify {

using scenario::CallStep;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds default_limit{10'000}, longest_pause{200};

/// A node goes through virtual time in thousands of turns that its threads take one after the other: on a machine that
/// is busy with something else each of them has to wait for a processor. One that is to hang is not waited for longer.
milliseconds limit_on_node(const scenario::Scenario& story, const VerifyOptions& options) {
    constexpr int slower = 12;
    if (options.time_limit) return *options.time_limit;
    const bool to_end = story.node_dies || story.expected_crash;
    return story.time_limit.value_or(default_limit) * (to_end ? 1 : slower);
}

void note(std::vector<NotCompared>& out, std::string what, std::uint32_t step) {
    for (NotCompared& entry : out) {
        if (entry.what != what) continue;
        if (std::find(entry.steps.begin(), entry.steps.end(), step) == entry.steps.end()) entry.steps.push_back(step);
        return;
    }
    out.push_back({std::move(what), {step}});
}

/// Index of the first step that calls halt; the number of steps when none does.
std::size_t first_halt(const std::vector<scenario::FlatStep>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (const auto* call = std::get_if<CallStep>(&steps[i].step->what))
            for (const scenario::Text& text : call->calls)
                if (text.expr->kind == term::Expr::Kind::call && text.expr->name == "halt") return i;
    return steps.size();
}

const scenario::Effects* effects_of(const scenario::ScenarioStep& step) {
    if (const auto* call = std::get_if<CallStep>(&step.what)) return &call->effects;
    if (const auto* advance = std::get_if<scenario::AdvanceStep>(&step.what)) return &advance->effects;
    return nullptr;
}

bool only_ddlltool_sees(const scenario::DriverCallPattern& call) {
    using journal::Callback;
    return !call.is_return &&
           (!call.callback || call.callback == Callback::async_invoke || call.callback == Callback::async_free);
}

const std::string& caller_of(const scenario::FlatStep& step) {
    static const std::string nobody;
    const auto* call = std::get_if<CallStep>(&step.step->what);
    return call == nullptr ? nobody : call->by;
}

term::Namer our_namer(const scenario::RunResult& played) {
    return [&played](const term::Term& identity) -> std::optional<std::string> {
        const auto it = played.names.find(term::print(identity));
        if (it == played.names.end()) return std::nullopt;
        return it->second;
    };
}

} // namespace

ScenarioComparison begin_verdict(const scenario::RunResult& played) {
    ScenarioComparison verdict;
    verdict.scenario = played.scenario;
    verdict.flat = played.flat;
    verdict.file = played.file;
    verdict.title = played.title;
    if (!played.scenario) return verdict;
    auto& out = verdict.not_compared;
    for (const scenario::FlatStep& step : played.flat) {
        if (std::holds_alternative<scenario::ExpectStep>(step.step->what))
            note(out, "expect (a node shows no more of a driver than erl_ddll:info(), compared after every step)",
                 step.number);
        const scenario::Effects* effects = effects_of(*step.step);
        if (effects != nullptr && effects->driver_calls &&
            std::any_of(effects->driver_calls->calls.begin(), effects->driver_calls->calls.end(), only_ddlltool_sees))
            note(out, "driver_calls of API functions and async functions (the witness sees callbacks)", step.number);
        if (effects != nullptr && effects->logs) note(out, "logs (the emulator's words for its log)", step.number);
    }
    if (const auto halts = first_halt(played.flat); halts < played.flat.size())
        out.push_back(
            {"halt, and what follows it (the emulator that would be looked at is gone)", {played.flat[halts].number}});
    if (!played.scenario->expected_findings.empty()) out.push_back({"expected_findings (rules of ddlltool)", {}});
    if (played.scenario->expected_crash)
        out.push_back({"expected_crash (that the node dies is compared, how it does is not)", {}});
    return verdict;
}

bool compare_scenario(const scenario::RunResult& played, const std::vector<StepRecord>& records, Node& node,
                 const VerifyOptions& options, Identities& identities, ScenarioComparison& verdict) {
    if (!played.scenario->peers.empty()) {
        verdict.agreement = Agreement::excluded;
        verdict.why = "its peers are played by ddlltool alone";
        return true;
    }
    if (!played.scenario->not_compared.empty()) {
        verdict.agreement = Agreement::excluded;
        verdict.why = played.scenario->not_compared;
        return true;
    }
    auto folder = scenario::WorkFolder::create();
    if (!folder) {
        verdict.why = folder.error().message;
        return true;
    }
    const scenario::Versions versions(*played.scenario);
    const milliseconds limit = limit_on_node(*played.scenario, options);
    NodePlayer player(node, *played.scenario, played.flat, versions, folder->path(), limit);
    if (!player.begin()) {
        verdict.why = node.death().value_or("the node does not begin the story");
        return false;
    }
    verdict.agreement = Agreement::agrees;
    const Namers namers{our_namer(played), player.namer()};
    const std::size_t last = std::min(records.size(), first_halt(played.flat));
    for (std::uint32_t i = 0; i < last; ++i) {
        const std::string& caller = caller_of(played.flat[i]);
        StepRecord seen = player.play(i, records[i].skipped ? records[i].why : "");
        Identities known = identities;
        auto differences = compare(records[i], seen, caller, known, namers);
        // Threads of drivers, other programs and a busy machine take their time: what is missing may yet come.
        const scenario::Effects* effects = effects_of(*played.flat[i].step);
        const milliseconds patience =
            options.patience + milliseconds(effects == nullptr ? 0 : effects->await.ns / 1'000'000);
        milliseconds pause{1}, waited{0};
        while (!differences.empty() && !seen.death && waited < patience) {
            std::this_thread::sleep_for(pause);
            waited += pause;
            pause = std::min(pause * 2, longest_pause);
            seen = player.look();
            known = identities;
            differences = compare(records[i], seen, caller, known, namers);
        }
        ++verdict.steps_compared;
        if (seen.death && !records[i].death && played.scenario->node_dies) {
            verdict.death = seen.death;
            return false;
        }
        if (differences.empty()) count(*played.flat[i].step, seen, verdict.tally);
        if (!differences.empty()) {
            verdict.agreement = Agreement::differs;
            for (Difference& difference : differences) verdict.differences.push_back({i, std::move(difference)});
            return player.end();
        }
        if (seen.death) {
            verdict.death = seen.death;
            return false;
        }
        identities = std::move(known);
        player.end_step(seen);
    }
    if (played.scenario->node_dies) {
        verdict.agreement = Agreement::differs;
        const auto end = static_cast<std::uint32_t>(played.flat.empty() ? 0 : played.flat.size() - 1);
        verdict.differences.push_back({end, {"node_dies", "(the node dies, says the story)", "lives"}});
    }
    return player.end();
}

} // namespace ddll::verify
