#include "verify/compare_scenario.h"

#include "scenario/step_engine.h"
#include "scenario/versions.h"
#include "scenario/work_folder.h"
#include "verify/node_target.h"
#include "verify/simulated.h"
#include "verify/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>

namespace ddll::verify {

using scenario::CallStep;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds default_limit{10'000}, longest_pause{200};

/// A node goes through virtual time in thousands of turns that its threads take one after the other: on a machine that
/// is busy with something else each of them has to wait for a processor. One that is to hang is not waited for longer.
milliseconds limit_on_node(const scenario::Scenario& scenario, const VerifyOptions& options) {
    constexpr int slower = 12;
    if (options.time_limit) return *options.time_limit;
    const bool to_end = scenario.node_dies || scenario.expected_crash;
    return scenario.time_limit.value_or(default_limit) * (to_end ? 1 : slower);
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
    if (const auto* install = std::get_if<scenario::InstallStep>(&step.what)) return &install->effects;
    return nullptr;
}

bool only_ddlltool_sees(const scenario::DriverCallPattern& call) {
    using journal::Callback;
    return !call.is_return &&
           (!call.callback || call.callback == Callback::async_invoke || call.callback == Callback::async_free);
}

const std::string& caller_of(const scenario::FlatStep& step) {
    static const std::string none;
    const auto* call = std::get_if<CallStep>(&step.step->what);
    return call == nullptr ? none : call->by;
}

/// A list of several messages says in which order they come, and before or after the return.
Compared compared_of(const scenario::FlatStep& step) {
    Compared out{caller_of(step), {}};
    if (const scenario::Effects* effects = effects_of(*step.step))
        for (const scenario::Receives& receives : effects->receives)
            if (receives.messages.size() > 1) out.said_order.insert(receives.process);
    return out;
}

/// Without what the step says to be chance.
void drop_not_compared(std::vector<Difference>& differences, const scenario::Effects* effects) {
    if (effects == nullptr) return;
    std::erase_if(differences, [&](const Difference& difference) {
        return std::ranges::any_of(effects->not_compared,
                                   [&](const std::string& key) { return difference.what.starts_with(key); });
    });
}

/// Whether what a step says of a file holds on one side only.
std::vector<Difference> file_differences(const scenario::RunResult& run, std::uint32_t step,
                                         const std::vector<scenario::Mismatch>& on_node) {
    const auto ours = std::ranges::find(run.failures, step, &scenario::Failure::step);
    const bool ours_holds = ours == run.failures.end(), holds_on_node = on_node.empty();
    if (ours_holds == holds_on_node) return {};
    constexpr const char* as_expected = "(as the scenario says)";
    return {{holds_on_node ? ours->what : on_node.front().what, ours_holds ? as_expected : ours->got,
             holds_on_node ? as_expected : on_node.front().got}};
}

RecordedStep recorded_step(const scenario::StepRecord& seen, bool file, const std::vector<scenario::Mismatch>& found) {
    RecordedStep out{as_kept(seen), {}};
    if (file)
        for (const scenario::Mismatch& one : found) out.files.push_back({one.what, one.got});
    return out;
}

/// The steps from `next` on, for the recording: the comparison has ended. False when the node has died.
bool record_rest(scenario::StepEngine& engine, const scenario::RunResult& run, std::uint32_t next,
                 ScenarioComparison& comparison) {
    const std::size_t last = first_halt(run.flat);
    for (std::uint32_t i = next; i < last; ++i) {
        engine.end_step();
        const scenario::StepRecord& seen = engine.begin_step(i, run.flat[i], {});
        const bool file = std::holds_alternative<scenario::FileStep>(run.flat[i].step->what);
        comparison.record->steps.push_back(recorded_step(seen, file, engine.mismatches()));
        if (seen.death) return false;
    }
    return true;
}

/// The scenario says that the node dies, and it did not.
void report_survival(const scenario::RunResult& run, ScenarioComparison& comparison) {
    comparison.agreement = Agreement::differs;
    const auto end = static_cast<std::uint32_t>(run.flat.empty() ? 0 : run.flat.size() - 1);
    comparison.differences.push_back({end, {"node_dies", "(the node dies, says the story)", "lives"}});
}

term::Namer our_namer(const scenario::RunResult& run) {
    return [&run](const term::Term& identity) -> std::optional<std::string> {
        const auto it = run.names.find(term::print(identity));
        if (it == run.names.end()) return std::nullopt;
        return it->second;
    };
}

} // namespace

ScenarioComparison begin_comparison(const scenario::RunResult& run) {
    ScenarioComparison comparison;
    comparison.scenario = run.scenario;
    comparison.flat = run.flat;
    comparison.file = run.file;
    comparison.title = run.title;
    if (!run.scenario) return comparison;
    auto& out = comparison.not_compared;
    for (const scenario::FlatStep& step : run.flat) {
        if (std::holds_alternative<scenario::ExpectStep>(step.step->what))
            note(out, "expect (a node shows no more of a driver than erl_ddll:info(), compared after every step)",
                 step.number);
        const scenario::Effects* effects = effects_of(*step.step);
        if (effects != nullptr && effects->driver_calls &&
            std::any_of(effects->driver_calls->calls.begin(), effects->driver_calls->calls.end(), only_ddlltool_sees))
            note(out, "driver_calls of API functions and async functions (the witness sees callbacks)", step.number);
        if (effects != nullptr && effects->logs) note(out, "logs (the emulator's words for its log)", step.number);
    }
    if (const auto halts = first_halt(run.flat); halts < run.flat.size())
        out.push_back(
            {"halt, and what follows it (the emulator that would be looked at is gone)", {run.flat[halts].number}});
    if (!run.scenario->expected_findings.empty()) out.push_back({"expected_findings (rules of ddlltool)", {}});
    if (run.scenario->expected_crash)
        out.push_back({"expected_crash (that the node dies is compared, how it does is not)", {}});
    return comparison;
}

void begin_run(ScenarioComparison& comparison) {
    comparison.agreement = Agreement::not_compared;
    comparison.differences.clear();
    comparison.steps_compared = 0;
    comparison.tally.clear();
    comparison.death.reset();
    if (comparison.record) comparison.record->steps.clear();
}

bool was_run(const scenario::RunResult& run, ScenarioComparison& comparison) {
    using enum scenario::Verdict;
    if (run.skipped.for_others) {
        comparison.agreement = Agreement::excluded;
        comparison.why = run.skipped.why;
        return false;
    }
    if (run.verdict != unusable && run.verdict != skipped && run.verdict != bug) return true;
    comparison.why = std::string("ddlltool could not run it: ") + scenario::name(run.verdict);
    return false;
}

bool is_excluded(const scenario::Scenario& scenario, ScenarioComparison& comparison) {
    if (scenario.peers.empty() && scenario.not_compared.empty()) return false;
    comparison.agreement = Agreement::excluded;
    comparison.why = scenario.peers.empty() ? scenario.not_compared : "its peers are played by ddlltool alone";
    return true;
}

bool compare_scenario(const scenario::RunResult& run, const LeftOpen& left_open, Node& node,
                      const VerifyOptions& options, Identities& identities, ScenarioComparison& comparison) {
    const scenario::Scenario& scenario = *run.scenario;
    if (is_excluded(scenario, comparison)) return true;
    auto folder = scenario::WorkFolder::create();
    if (!folder) {
        comparison.why = folder.error().message;
        return true;
    }
    const std::vector<scenario::StepRecord> records = simulated_records(run);
    const scenario::Versions versions(scenario);
    NodeTarget target(node, versions, folder->path(), limit_on_node(scenario, options));
    scenario::StepEngine engine(scenario, target, {.lenient = true, .on_term = {}});
    if (!engine.declare()) {
        comparison.why = node.death().value_or("the node does not begin the story");
        return false;
    }
    comparison.agreement = Agreement::agrees;
    const Namers namers{our_namer(run), engine.namer()};
    const std::size_t last = std::min(records.size(), first_halt(run.flat));
    for (std::uint32_t i = 0; i < last; ++i) {
        const scenario::ScenarioStep& step = *run.flat[i].step;
        const scenario::StepRecord& ours = records[i];
        const scenario::StepRecord ours_compared = left_open.without(ours, step);
        const Compared compared = compared_of(run.flat[i]);
        const scenario::StepRecord& seen = engine.begin_step(i, run.flat[i], ours.skipped ? ours.why : "");
        const auto* file = std::get_if<scenario::FileStep>(&step.what);
        Identities known;
        const auto differences_now = [&] {
            known = identities;
            auto found = compare(ours_compared, left_open.without(as_kept(seen), step), compared, known, namers);
            drop_not_compared(found, effects_of(step));
            if (file != nullptr)
                std::ranges::move(file_differences(run, i, engine.mismatches()), std::back_inserter(found));
            return found;
        };
        auto differences = differences_now();
        // Threads of drivers, other programs and a busy machine take their time: what is missing may yet come.
        const scenario::Effects* effects = effects_of(*run.flat[i].step);
        const milliseconds patience =
            options.patience + milliseconds(effects == nullptr ? 0 : effects->await.ns / 1'000'000);
        milliseconds pause{1}, waited{0};
        while (!differences.empty() && !seen.death && waited < patience) {
            std::this_thread::sleep_for(pause);
            waited += pause;
            pause = std::min(pause * 2, longest_pause);
            engine.look();
            if (file != nullptr) engine.look_at_file(*file);
            differences = differences_now();
        }
        ++comparison.steps_compared;
        if (comparison.record)
            comparison.record->steps.push_back(recorded_step(seen, file != nullptr, engine.mismatches()));
        if (seen.death && !ours.death && scenario.node_dies) {
            comparison.death = seen.death;
            return false;
        }
        if (!differences.empty()) {
            comparison.agreement = Agreement::differs;
            for (Difference& difference : differences) comparison.differences.push_back({i, std::move(difference)});
            if (comparison.record && (seen.death || !record_rest(engine, run, i + 1, comparison))) return false;
            return target.end();
        }
        count(*run.flat[i].step, seen, comparison.tally);
        if (seen.death) {
            comparison.death = seen.death;
            return false;
        }
        identities = std::move(known);
        engine.end_step();
    }
    if (scenario.node_dies) report_survival(run, comparison);
    return target.end();
}

void compare_recorded(const scenario::RunResult& run, const LeftOpen& left_open, const RecordedScenario& recorded,
                      Identities& identities, ScenarioComparison& comparison) {
    const scenario::Scenario& scenario = *run.scenario;
    const std::vector<scenario::StepRecord> records = simulated_records(run);
    comparison.agreement = Agreement::agrees;
    const Namers namers{our_namer(run), {}};
    const std::size_t last = std::min(records.size(), first_halt(run.flat));
    for (std::uint32_t i = 0; i < last; ++i) {
        if (i >= recorded.steps.size()) {
            comparison.agreement = Agreement::not_compared;
            comparison.why = fmt::format("the recording ends before step {}", run.flat[i].number);
            return;
        }
        const scenario::ScenarioStep& step = *run.flat[i].step;
        const scenario::StepRecord& seen = recorded.steps[i].record;
        auto differences = compare(left_open.without(records[i], step), left_open.without(seen, step),
                                   compared_of(run.flat[i]), identities, namers);
        drop_not_compared(differences, effects_of(step));
        if (std::holds_alternative<scenario::FileStep>(step.what)) {
            std::vector<scenario::Mismatch> on_node;
            for (const RecordedFile& file : recorded.steps[i].files)
                on_node.push_back({file.what, {}, file.got, false});
            std::ranges::move(file_differences(run, i, on_node), std::back_inserter(differences));
        }
        ++comparison.steps_compared;
        if (seen.death && !records[i].death && scenario.node_dies) {
            comparison.death = seen.death;
            return;
        }
        if (!differences.empty()) {
            comparison.agreement = Agreement::differs;
            for (Difference& difference : differences) comparison.differences.push_back({i, std::move(difference)});
            return;
        }
        count(step, seen, comparison.tally);
        if (seen.death) {
            comparison.death = seen.death;
            return;
        }
    }
    if (scenario.node_dies) report_survival(run, comparison);
}

} // namespace ddll::verify
