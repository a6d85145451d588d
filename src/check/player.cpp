#include "check/player.h"

#include "scenario/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ddll::check {
namespace {

constexpr Rule timed_rules[] = {Rule::callback_sleeps, Rule::callback_stalls_scheduler, Rule::slow_finish_freezes_node};

bool shows(const scenario::RunResult& result, Rule rule) {
    return std::any_of(result.findings.begin(), result.findings.end(),
                       [rule](const scenario::RunFinding& f) { return f.rule == rule; });
}

} // namespace

bool is_timed(Rule rule) {
    return std::find(std::begin(timed_rules), std::end(timed_rules), rule) != std::end(timed_rules);
}

scenario::RunOptions Player::options(Variation other) const {
    scenario::RunOptions options;
    options.fresh_memory = other.fresh_memory;
    options.term_atoms = other.atoms;
    options.release = request_.release;
    options.time_limit = request_.time_limit;
    options.probe = true;
    options.parallel = request_.parallel;
    options.patient = true;
    options.until = until_;
    options.facts = facts_;
    return options;
}

std::vector<scenario::RunResult> Player::run(std::vector<scenario::Scenario> all, const scenario::RunOptions& options) {
    auto done = scenario::run_all(std::move(all), options, [](const scenario::RunResult&) {});
    interrupted_ = interrupted_ || done.interrupted;
    return std::move(done.results);
}

std::vector<Ran> Player::play(const std::vector<MadeScenario>& all, Variation other) {
    std::vector<scenario::Scenario> scenarios;
    std::vector<const MadeScenario*> readable;
    scenario::ReadOptions read = request_.read;
    read.examine_driver = {};
    for (const MadeScenario& made : all) {
        auto parsed = scenario::read_scenario(made.text, made.id, read);
        if (!parsed.scenario) {
            unreadable_.push_back(fmt::format("{}: {}", made.title, parsed.mistakes.front().message));
            continue;
        }
        readable.push_back(&made);
        scenarios.push_back(*std::move(parsed.scenario));
    }
    scenario::RunOptions lenient = options(other);
    lenient.lenient = true;
    std::vector<scenario::RunResult> results = run(std::move(scenarios), lenient);
    for (const Rule rule : timed_rules) confirm(rule, results, lenient);
    std::vector<Ran> out;
    for (std::size_t i = 0; i < readable.size(); ++i)
        out.push_back(
            {readable[i],
             {readable[i]->id, readable[i]->title, std::move(results[i]), readable[i]->invents, readable[i]->of}});
    return out;
}

scenario::RunResult Player::play(const scenario::Scenario& one, Variation other) {
    std::vector<scenario::RunResult> results = run({one}, options(other));
    for (const Rule rule : timed_rules) confirm(rule, results, options({}));
    return std::move(results.front());
}

// A machine that is busy makes everything slow. What is slow by itself is slow every time.
void Player::confirm(Rule rule, std::vector<scenario::RunResult>& results, const scenario::RunOptions& options) {
    const auto first = std::find_if(results.begin(), results.end(),
                                    [rule](const scenario::RunResult& result) { return shows(result, rule); });
    if (first == results.end()) return;
    scenario::RunOptions again = options;
    again.until.reset();
    for (int i = 0; i < 2 && !interrupted_; ++i) {
        const std::vector<scenario::RunResult> done = run({*first->scenario}, again);
        if (done.empty() || shows(done.front(), rule)) continue;
        for (scenario::RunResult& result : results)
            std::erase_if(result.findings, [rule](const scenario::RunFinding& f) { return f.rule == rule; });
        return;
    }
}

} // namespace ddll::check
