// A recording in the place of a node.
#include "verify/compare_scenario.h"

#include <algorithm>
#include <iterator>

namespace ddll::verify {

namespace {

/// The scenario as the recording has it; nothing, and `why`, where there is none that can be compared.
const RecordedScenario* recorded_one(const Recording& recording, const scenario::RunResult& run, std::string& why) {
    const std::string digest = digest_of(run.file);
    const auto& all = recording.scenarios;
    const auto same_text = std::ranges::find(all, digest, &RecordedScenario::digest);
    if (!digest.empty() && same_text != all.end()) return &*same_text;
    const bool known = std::ranges::find(all, run.file, &RecordedScenario::file) != all.end();
    why = known ? "the file has changed since the recording was made: make it anew with --record"
                : "it is not in the recording: make it anew with --record";
    return nullptr;
}

ScenarioComparison compare_with_recording(const scenario::RunResult& run, const Recording& recording) {
    ScenarioComparison comparison = begin_comparison(run);
    if (!was_run(run, comparison)) return comparison;
    if (is_excluded(*run.scenario, comparison)) return comparison;
    Identities identities;
    if (const RecordedScenario* recorded = recorded_one(recording, run, comparison.why))
        compare_recorded(run, LeftOpen(*run.scenario), *recorded, identities, comparison);
    return comparison;
}

} // namespace

Verification verify_recorded(std::vector<scenario::Scenario> scenarios, const Recording& recording,
                             const VerifyOptions& options,
                             const std::function<void(const ScenarioComparison&)>& progress) {
    constexpr std::size_t at_once = 64; ///< whose journals are kept in memory
    Verification all;
    all.facts = recording.facts;
    scenario::RunOptions run;
    run.time_limit = options.time_limit;
    run.parallel = options.parallel;
    run.compared_with = recording.facts.machine;
    for (std::size_t at = 0; at < scenarios.size() && !all.interrupted; at += at_once) {
        const auto end = std::min(scenarios.size(), at + at_once);
        std::vector<scenario::Scenario> some(std::make_move_iterator(scenarios.begin() + static_cast<long>(at)),
                                             std::make_move_iterator(scenarios.begin() + static_cast<long>(end)));
        const auto runs = scenario::run_all(std::move(some), run, [](const scenario::RunResult&) {});
        all.interrupted = runs.interrupted;
        for (const scenario::RunResult& one : runs.results) {
            all.scenarios.push_back(compare_with_recording(one, recording));
            progress(all.scenarios.back());
            for (const auto& [what, times] : all.scenarios.back().tally) all.tally[what] += times;
        }
    }
    return all;
}

Recording recording_of(const Verification& all) {
    Recording out;
    out.facts = all.facts;
    for (const ScenarioComparison& one : all.scenarios)
        if (one.record && (one.agreement == Agreement::agrees || one.agreement == Agreement::differs)) {
            out.scenarios.push_back(*one.record);
            out.scenarios.back().file = one.file;
            out.scenarios.back().title = one.title;
            out.scenarios.back().digest = digest_of(one.file);
        }
    std::ranges::sort(out.scenarios, {}, &RecordedScenario::file);
    return out;
}

} // namespace ddll::verify
