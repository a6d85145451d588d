#include "verify/verify.h"

#include "verify/compare_scenario.h"
#include "verify/node_player.h"
#include "verify/simulated.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace ddll::verify {

namespace {

constexpr std::size_t scenarios_at_once = 64; ///< whose journals are kept in memory

ScenarioComparison compare_one(const scenario::RunResult& played, const Toolbox& toolbox,
                               const VerifyOptions& options) {
    ScenarioComparison verdict = begin_verdict(played);
    if (played.verdict == scenario::Verdict::unusable || played.verdict == scenario::Verdict::skipped ||
        played.verdict == scenario::Verdict::bug) {
        verdict.why = std::string("ddlltool could not play it: ") + scenario::name(played.verdict);
        return verdict;
    }
    auto node = Node::start(
        toolbox, {played.scenario->environment, played.scenario->async_takes, played.scenario->async_threads});
    if (!node) {
        verdict.why = node.error().message;
        return verdict;
    }
    const auto records = simulated_records(played);
    Identities identities;
    compare_scenario(played, records, **node, options, identities, verdict);
    return verdict;
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
    run.comparison = all.facts.machine;
    for (std::size_t at = 0; at < scenarios.size() && !all.interrupted; at += scenarios_at_once) {
        const auto end = std::min(scenarios.size(), at + scenarios_at_once);
        std::vector<scenario::Scenario> some(std::make_move_iterator(scenarios.begin() + static_cast<long>(at)),
                                             std::make_move_iterator(scenarios.begin() + static_cast<long>(end)));
        const auto played = scenario::run_all(std::move(some), run, [](const scenario::RunResult&) {});
        all.interrupted = played.interrupted;
        std::vector<ScenarioComparison> verdicts(played.results.size());
        std::atomic<std::size_t> next{0};
        std::mutex telling;
        // Threads, because a node is a process of its own already; children of ours are not forked meanwhile.
        std::vector<std::thread> workers;
        for (unsigned worker = 0; worker < std::max(1U, options.parallel); ++worker)
            workers.emplace_back([&] {
                for (std::size_t i = next++; i < verdicts.size(); i = next++) {
                    verdicts[i] = compare_one(played.results[i], *toolbox, options);
                    const std::lock_guard guard(telling);
                    progress(verdicts[i]);
                }
            });
        for (std::thread& worker : workers) worker.join();
        for (const ScenarioComparison& verdict : verdicts)
            for (const auto& [what, times] : verdict.tally) all.tally[what] += times;
        for (ScenarioComparison& verdict : verdicts) all.stories.push_back(std::move(verdict));
    }
    return all;
}

} // namespace ddll::verify
