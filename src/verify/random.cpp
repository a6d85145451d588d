#include "verify/random.h"

#include "base/sha256.h"
#include "host/step.h"
#include "verify/compare_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <unordered_map>

namespace ddll::verify {

namespace {

constexpr std::size_t scenarios_at_once = 128;
constexpr std::uint64_t scenarios_per_node = 500; ///< then a fresh one: port numbers must not come around

class RandomRun {
public:
    /// `toolbox`: nullptr where a recording answers.
    RandomRun(const RandomOptions& options, const Toolbox* toolbox) : options_(options), toolbox_(toolbox) {
        nodes_.resize(std::max(1U, options.verify.parallel));
        run_.parallel = options.verify.parallel;
        run_.time_limit = options.verify.time_limit;
        in_shrinking_.patience = std::min(options.verify.patience, std::chrono::milliseconds(300));
        in_shrinking_.most_runs = 1;
        in_shrinking_.tries_orders = false;
        in_shrinking_.records = false;
        if (options.recorded == nullptr) return;
        for (const RecordedScenario& one : options.recorded->scenarios) recorded_.emplace(one.digest, &one);
    }

    Result<void> begin(RandomResult& result) {
        if (options_.recorded != nullptr)
            result.facts = options_.recorded->facts;
        else if (auto started = fresh(nodes_[0]); !started)
            return started;
        else
            result.facts = nodes_[0].node->facts();
        run_.compared_with = result.facts.machine;
        return {};
    }

    Result<std::vector<ScenarioComparison>> compare(const std::vector<RandomScenario>& made,
                                                    const VerifyOptions& options);
    void try_other_orders(const RandomScenario& made, ScenarioComparison& comparison);
    Result<RandomDifference> shrink(RandomScenario scenario, std::uint64_t number);

    bool interrupted() const { return interrupted_; }
    std::uint64_t nodes_started() const { return started_; }

private:
    struct Worker {
        std::unique_ptr<Node> node;
        std::uint64_t scenarios = 0;
    };

    Result<void> fresh(Worker& worker) {
        worker.node.reset();
        auto node = Node::start(*toolbox_, {});
        if (!node) return std::move(node).error();
        ++started_;
        worker = {*std::move(node), 0};
        return {};
    }

    Result<scenario::Scenario> read(const RandomScenario& scenario) const {
        auto read = scenario::read_scenario(scenario.text(), "random.json", options_.read);
        if (!read.scenario) return std::move(read.mistakes.front());
        return *std::move(read.scenario);
    }

    void ask_recording(const std::vector<RandomScenario>& made, const scenario::Runs& runs,
                       std::vector<ScenarioComparison>& comparisons);
    void work(Worker& worker, const scenario::Runs& runs, std::atomic<std::size_t>& next, const VerifyOptions& options,
              std::vector<ScenarioComparison>& comparisons);

    const RandomOptions& options_;
    VerifyOptions in_shrinking_ = options_.verify;
    const Toolbox* toolbox_;
    std::unordered_map<std::string_view, const RecordedScenario*> recorded_; ///< by digest
    scenario::RunOptions run_;
    std::vector<Worker> nodes_; ///< one for each worker
    std::atomic<std::uint64_t> started_{0};
    bool interrupted_ = false;
};

void RandomRun::work(Worker& worker, const scenario::Runs& runs, std::atomic<std::size_t>& next,
                     const VerifyOptions& options, std::vector<ScenarioComparison>& comparisons) {
    for (std::size_t i = next++; i < comparisons.size(); i = next++) {
        ScenarioComparison& comparison = comparisons[i];
        comparison = begin_comparison(runs.results[i]);
        if (options.records) comparison.record = std::make_shared<RecordedScenario>();
        for (;; ++comparison.runs) {
            if (!worker.node || worker.node->death() || worker.scenarios == scenarios_per_node) {
                if (auto started = fresh(worker); !started) {
                    comparison.why = started.error().message;
                    break;
                }
            }
            Identities identities;
            identities.node_has_past = true;
            ++worker.scenarios;
            if (!compare_scenario(runs.results[i], LeftOpen(), *worker.node, options, identities, comparison))
                worker.node.reset();
            if (comparison.agreement != Agreement::differs || comparison.runs == options.most_runs) break;
            worker.node.reset(); // what differs is asked of a node that has no past
            begin_run(comparison);
        }
    }
}

void RandomRun::ask_recording(const std::vector<RandomScenario>& made, const scenario::Runs& runs,
                              std::vector<ScenarioComparison>& comparisons) {
    for (std::size_t i = 0; i < made.size(); ++i) {
        ScenarioComparison& comparison = comparisons[i] = begin_comparison(runs.results[i]);
        const auto found = recorded_.find(sha256(made[i].text()));
        if (found == recorded_.end()) {
            comparison.agreement = Agreement::excluded;
            continue;
        }
        Identities identities;
        identities.node_has_past = true;
        compare_recorded(runs.results[i], LeftOpen(), *found->second, identities, comparison);
    }
}

Result<std::vector<ScenarioComparison>> RandomRun::compare(const std::vector<RandomScenario>& made,
                                                           const VerifyOptions& options) {
    std::vector<scenario::Scenario> scenarios;
    for (const RandomScenario& random : made) {
        auto scenario = read(random);
        if (!scenario) return std::move(scenario).error();
        scenarios.push_back(*std::move(scenario));
    }
    // Children are forked here, while there are no threads.
    const auto runs = scenario::run_all(std::move(scenarios), run_, [](const scenario::RunResult&) {});
    interrupted_ = runs.interrupted;
    std::vector<ScenarioComparison> comparisons(made.size());
    if (interrupted_) return comparisons;
    if (options_.recorded != nullptr) {
        ask_recording(made, runs, comparisons);
        return comparisons;
    }
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> workers;
    for (Worker& worker : nodes_) {
        if (workers.size() == made.size()) break;
        workers.emplace_back([&] { work(worker, runs, next, options, comparisons); });
    }
    for (std::thread& worker : workers) worker.join();
    for (std::size_t i = 0; i < made.size() && options.tries_orders; ++i)
        if (comparisons[i].agreement == Agreement::differs) try_other_orders(made[i], comparisons[i]);
    return comparisons;
}

// What comes from several threads of an emulator at one moment has no order: ddlltool has played one, and the nodes may
// all have had another.
void RandomRun::try_other_orders(const RandomScenario& made, ScenarioComparison& comparison) {
    VerifyOptions options = options_.verify;
    options.most_runs = 2;
    for (unsigned order = 1; order < host::OneOrderOfKinds::orders && !interrupted_; ++order) {
        auto scenario = read(made);
        if (!scenario) return;
        std::vector<scenario::Scenario> once;
        once.push_back(*std::move(scenario));
        scenario::RunOptions run = run_;
        run.seed = order;
        const auto runs = scenario::run_all(std::move(once), run, [](const scenario::RunResult&) {});
        interrupted_ = runs.interrupted;
        if (interrupted_) return;
        std::vector<ScenarioComparison> again(1);
        std::atomic<std::size_t> next{0};
        work(nodes_[0], runs, next, options, again);
        const unsigned runs_so_far = comparison.runs + again[0].runs;
        if (again[0].agreement == Agreement::agrees) comparison = std::move(again[0]);
        comparison.runs = runs_so_far;
        if (comparison.agreement == Agreement::agrees) return;
    }
}

// Takes away what can go: long runs first, then single steps, from the end, so that what uses a step goes before it. A
// recording knows no shorter one.
Result<RandomDifference> RandomRun::shrink(RandomScenario scenario, std::uint64_t number) {
    RandomDifference found;
    found.number = number;
    if (options_.recorded == nullptr) found.steps_before = scenario.steps.size();
    const auto still_differs = [&](const RandomScenario& candidate) {
        if (!read(candidate)) return false; // a variable has lost its step
        const auto comparisons = compare({candidate}, in_shrinking_);
        return comparisons && !interrupted_ && comparisons->front().agreement == Agreement::differs;
    };
    const std::size_t half = std::max<std::size_t>(1, scenario.steps.size() / 2);
    for (std::size_t length = options_.recorded != nullptr ? 0 : half; length > 0 && !interrupted_;) {
        bool shorter = false;
        for (std::size_t end = scenario.steps.size(); end > 0 && scenario.steps.size() > 1;) {
            const std::size_t first = end > length ? end - length : 0;
            RandomScenario candidate = scenario;
            candidate.steps.erase(candidate.steps.begin() + static_cast<long>(first),
                                  candidate.steps.begin() + static_cast<long>(end));
            if (!candidate.steps.empty() && still_differs(candidate)) {
                scenario = std::move(candidate);
                shorter = true;
            }
            end = first;
        }
        if (length == 1 && !shorter) break;
        if (length > 1) length /= 2;
    }
    auto comparisons = compare({scenario}, options_.verify);
    if (!comparisons) return std::move(comparisons).error();
    auto readable = read(scenario);
    if (!readable) return std::move(readable).error();
    std::vector<scenario::Scenario> once;
    once.push_back(*std::move(readable));
    const auto played = scenario::run_all(std::move(once), run_, [](const scenario::RunResult&) {});
    found.text = as_run(std::move(scenario), played.results.front()).text();
    found.comparison = std::move(comparisons->front());
    return found;
}

RecordedScenario kept(RecordedScenario record, const RandomScenario& scenario, std::uint64_t seed,
                      std::uint64_t number) {
    record.file = fmt::format("random-{}-{}.json", seed, number);
    record.title = scenario.title;
    record.digest = sha256(scenario.text());
    return record;
}

} // namespace

Result<RandomResult> verify_random(const RandomOptions& options, const std::function<void(std::uint64_t)>& progress) {
    std::optional<Toolbox> toolbox;
    if (options.recorded == nullptr) {
        auto opened = Toolbox::open(options.verify.erl);
        if (!opened) return std::move(opened).error();
        toolbox.emplace(*std::move(opened));
    }
    RandomResult result;
    RandomRun run(options, toolbox ? &*toolbox : nullptr);
    if (auto begun = run.begin(result); !begun) return std::move(begun).error();
    while (result.scenarios < options.count && result.differences.size() < options.most_differences &&
           !run.interrupted()) {
        std::vector<RandomScenario> scenarios;
        // What is often wrong shows itself soon, and what differs is slow to compare: the first rounds are small.
        const auto n =
            std::min<std::uint64_t>({scenarios_at_once, result.scenarios + 8, options.count - result.scenarios});
        for (std::uint64_t i = 1; i <= n; ++i) scenarios.push_back(random_scenario(options.seed, result.scenarios + i));
        const auto comparisons = run.compare(scenarios, options.verify);
        if (!comparisons) return comparisons.error();
        for (std::uint64_t i = 0; i < n && !run.interrupted(); ++i) {
            const ScenarioComparison& comparison = (*comparisons)[i];
            if (comparison.agreement == Agreement::not_compared)
                return error(fmt::format("story {} of seed {} could not be judged: {}", result.scenarios + i + 1,
                                         options.seed, comparison.why));
            result.steps += comparison.steps_compared;
            if (comparison.agreement == Agreement::excluded) ++result.not_recorded;
            if (comparison.agreement == Agreement::agrees && comparison.runs > 1) ++result.vary;
            for (const auto& [what, times] : comparison.tally) result.tally[what] += times;
            if (comparison.agreement == Agreement::agrees && comparison.record)
                result.recording.scenarios.push_back(
                    kept(*comparison.record, scenarios[i], options.seed, result.scenarios + i + 1));
            if (comparison.agreement != Agreement::differs) continue;
            ++result.differ;
            if (result.differences.size() >= options.most_differences) continue;
            auto shrunk = run.shrink(scenarios[i], result.scenarios + i + 1);
            if (!shrunk) return std::move(shrunk).error();
            result.differences.push_back(*std::move(shrunk));
        }
        result.scenarios += n;
        progress(result.scenarios);
    }
    result.recording.facts = result.facts;
    result.nodes = run.nodes_started();
    result.interrupted = run.interrupted();
    return result;
}

} // namespace ddll::verify
