#include "verify/random.h"

#include "verify/compare_scenario.h"
#include "verify/simulated.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace ddll::verify {

namespace {

constexpr std::size_t scenarios_at_once = 128;
constexpr std::uint64_t scenarios_per_node = 500; ///< then a fresh one: port numbers must not come around
constexpr std::chrono::milliseconds patience_in_shrinking{300};

class Session {
public:
    Session(const RandomOptions& options, const Toolbox& toolbox) : options_(options), toolbox_(toolbox) {
        nodes_.resize(std::max(1U, options.verify.parallel));
        run_.parallel = options.verify.parallel;
        run_.time_limit = options.verify.time_limit;
    }

    Result<void> begin(RandomResult& result) {
        if (auto started = fresh(nodes_[0]); !started) return started;
        result.facts = nodes_[0].node->facts();
        run_.comparison = result.facts.machine;
        return {};
    }

    Result<std::vector<ScenarioComparison>> judge(const std::vector<Draft>& drafts, std::chrono::milliseconds patience);
    Result<RandomDifference> shrink(Draft draft, std::uint64_t number);

    bool interrupted() const { return interrupted_; }
    std::uint64_t nodes_started() const { return started_; }

private:
    struct Worker {
        std::unique_ptr<Node> node;
        std::uint64_t played = 0;
    };

    Result<void> fresh(Worker& worker) {
        worker.node.reset();
        auto node = Node::start(toolbox_, {});
        if (!node) return std::move(node).error();
        ++started_;
        worker = {*std::move(node), 0};
        return {};
    }

    Result<scenario::Scenario> read(const Draft& draft) const {
        auto read = scenario::read_scenario(draft.text(), "random.json", options_.read);
        if (!read.scenario) return std::move(read.mistakes.front());
        return *std::move(read.scenario);
    }

    void work(Worker& worker, const scenario::Played& played, std::atomic<std::size_t>& next,
              const VerifyOptions& options, std::vector<ScenarioComparison>& verdicts);

    const RandomOptions& options_;
    const Toolbox& toolbox_;
    scenario::RunOptions run_;
    std::vector<Worker> nodes_; ///< one for each worker
    std::atomic<std::uint64_t> started_{0};
    bool interrupted_ = false;
};

void Session::work(Worker& worker, const scenario::Played& played, std::atomic<std::size_t>& next,
                   const VerifyOptions& options, std::vector<ScenarioComparison>& verdicts) {
    for (std::size_t i = next++; i < verdicts.size(); i = next++) {
        ScenarioComparison& verdict = verdicts[i];
        verdict = begin_verdict(played.results[i]);
        if (!worker.node || worker.node->death() || worker.played == scenarios_per_node) {
            if (auto started = fresh(worker); !started) {
                verdict.why = started.error().message;
                continue;
            }
        }
        Identities identities;
        identities.match_open_errors = true; // earlier stories have left their texts
        ++worker.played;
        const auto records = simulated_records(played.results[i]);
        if (!compare_scenario(played.results[i], records, *worker.node, options, identities, verdict))
            worker.node.reset();
    }
}

Result<std::vector<ScenarioComparison>> Session::judge(const std::vector<Draft>& drafts,
                                                       std::chrono::milliseconds patience) {
    std::vector<scenario::Scenario> scenarios;
    for (const Draft& draft : drafts) {
        auto scenario = read(draft);
        if (!scenario) return std::move(scenario).error();
        scenarios.push_back(*std::move(scenario));
    }
    // Children are forked here, while there are no threads.
    const auto played = scenario::run_all(std::move(scenarios), run_, [](const scenario::RunResult&) {});
    interrupted_ = played.interrupted;
    std::vector<ScenarioComparison> verdicts(drafts.size());
    if (interrupted_) return verdicts;
    VerifyOptions options = options_.verify;
    options.patience = patience;
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> workers;
    for (Worker& worker : nodes_) {
        if (workers.size() == drafts.size()) break;
        workers.emplace_back([&] { work(worker, played, next, options, verdicts); });
    }
    for (std::thread& worker : workers) worker.join();
    return verdicts;
}

// Takes away what can go: long runs first, then single steps, from the end, so that what uses a step goes before it.
Result<RandomDifference> Session::shrink(Draft draft, std::uint64_t number) {
    RandomDifference found;
    found.number = number;
    found.steps_before = draft.steps.size();
    const auto still_differs = [&](const Draft& candidate) {
        if (!read(candidate)) return false; // a variable has lost its step
        const auto verdicts = judge({candidate}, patience_in_shrinking);
        return verdicts && !interrupted_ && verdicts->front().agreement == Agreement::differs;
    };
    for (std::size_t length = std::max<std::size_t>(1, draft.steps.size() / 2); length > 0 && !interrupted_;) {
        bool shorter = false;
        for (std::size_t end = draft.steps.size(); end > 0 && draft.steps.size() > 1;) {
            const std::size_t first = end > length ? end - length : 0;
            Draft candidate = draft;
            candidate.steps.erase(candidate.steps.begin() + static_cast<long>(first),
                                  candidate.steps.begin() + static_cast<long>(end));
            if (!candidate.steps.empty() && still_differs(candidate)) {
                draft = std::move(candidate);
                shorter = true;
            }
            end = first;
        }
        if (length == 1 && !shorter) break;
        if (length > 1) length /= 2;
    }
    auto verdicts = judge({draft}, options_.verify.patience);
    if (!verdicts) return std::move(verdicts).error();
    found.text = draft.text();
    found.verdict = std::move(verdicts->front());
    return found;
}

} // namespace

Result<RandomResult> verify_random(const RandomOptions& options, const std::function<void(std::uint64_t)>& progress) {
    auto toolbox = Toolbox::open(options.verify.erl);
    if (!toolbox) return std::move(toolbox).error();
    RandomResult result;
    Session session(options, *toolbox);
    if (auto begun = session.begin(result); !begun) return std::move(begun).error();
    while (result.stories < options.count && result.differences.size() < options.most_differences &&
           !session.interrupted()) {
        std::vector<Draft> drafts;
        // What is often wrong shows itself soon, and what differs is slow to judge: the first rounds are small.
        const auto n = std::min<std::uint64_t>({scenarios_at_once, result.stories + 8, options.count - result.stories});
        for (std::uint64_t i = 1; i <= n; ++i) drafts.push_back(random_scenario(options.seed, result.stories + i));
        const auto verdicts = session.judge(drafts, options.verify.patience);
        if (!verdicts) return verdicts.error();
        for (std::uint64_t i = 0; i < n && !session.interrupted(); ++i) {
            const ScenarioComparison& verdict = (*verdicts)[i];
            if (verdict.agreement == Agreement::not_compared)
                return error(fmt::format("story {} of seed {} could not be judged: {}", result.stories + i + 1,
                                         options.seed, verdict.why));
            result.steps += verdict.steps_compared;
            for (const auto& [what, times] : verdict.tally) result.tally[what] += times;
            if (verdict.agreement != Agreement::differs) continue;
            ++result.differ;
            if (result.differences.size() >= options.most_differences) continue;
            auto shrunk = session.shrink(drafts[i], result.stories + i + 1);
            if (!shrunk) return std::move(shrunk).error();
            result.differences.push_back(*std::move(shrunk));
        }
        result.stories += n;
        progress(result.stories);
    }
    result.nodes = session.nodes_started();
    result.interrupted = session.interrupted();
    return result;
}

} // namespace ddll::verify
