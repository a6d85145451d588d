#include "verify/verify.h"

#include "verify/compare_scenario.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace ddll::verify {

namespace {

constexpr std::size_t verified_at_once = 64; ///< whose journals are kept in memory

ScenarioComparison compare_one(const scenario::RunResult& run, const Toolbox& toolbox, const VerifyOptions& options) {
    ScenarioComparison comparison = begin_comparison(run);
    if (!was_run(run, comparison)) return comparison;
    if (options.records) comparison.record = std::make_shared<RecordedScenario>();
    for (;; ++comparison.runs) {
        auto node =
            Node::start(toolbox, {run.scenario->environment, run.scenario->async_takes, run.scenario->async_threads});
        if (!node) {
            comparison.why = node.error().message;
            return comparison;
        }
        Identities identities;
        compare_scenario(run, LeftOpen(*run.scenario), **node, options, identities, comparison);
        if (comparison.agreement != Agreement::differs || comparison.runs == options.most_runs) return comparison;
        begin_run(comparison);
    }
}

} // namespace

Result<Verification> verify(std::vector<scenario::Scenario> scenarios, const VerifyOptions& options,
                            const std::function<void(const ScenarioComparison&)>& progress) {
    auto toolbox = Toolbox::open(options.erl);
    if (!toolbox) return std::move(toolbox).error();
    Verification all;
    all.erl = toolbox->erl();
    {
        auto first = Node::start(*toolbox, {});
        if (!first) return std::move(first).error();
        all.facts = (*first)->facts();
    }
    scenario::RunOptions run;
    run.time_limit = options.time_limit;
    run.parallel = options.parallel;
    run.compared_with = all.facts.machine;
    for (std::size_t at = 0; at < scenarios.size() && !all.interrupted; at += verified_at_once) {
        const auto end = std::min(scenarios.size(), at + verified_at_once);
        std::vector<scenario::Scenario> some(std::make_move_iterator(scenarios.begin() + static_cast<long>(at)),
                                             std::make_move_iterator(scenarios.begin() + static_cast<long>(end)));
        const auto runs = scenario::run_all(std::move(some), run, [](const scenario::RunResult&) {});
        all.interrupted = runs.interrupted;
        std::vector<ScenarioComparison> comparisons(runs.results.size());
        std::atomic<std::size_t> next{0};
        std::mutex telling;
        // Threads, because a node is a process of its own already; children of ours are not forked meanwhile.
        std::vector<std::thread> workers;
        for (unsigned worker = 0; worker < std::max(1U, options.parallel); ++worker)
            workers.emplace_back([&] {
                for (std::size_t i = next++; i < comparisons.size(); i = next++) {
                    comparisons[i] = compare_one(runs.results[i], *toolbox, options);
                    const std::lock_guard guard(telling);
                    progress(comparisons[i]);
                }
            });
        for (std::thread& worker : workers) worker.join();
        for (const ScenarioComparison& comparison : comparisons)
            for (const auto& [what, times] : comparison.tally) all.tally[what] += times;
        for (ScenarioComparison& comparison : comparisons) all.scenarios.push_back(std::move(comparison));
    }
    return all;
}

} // namespace ddll::verify
