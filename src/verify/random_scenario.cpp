#include "verify/random_scenario.h"

#include "term/text.h"
#include "verify/random_parts.h"
#include "verify/simulated.h"
#include "words/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ddll::verify {

namespace {

/// A driver of the scenario's header: good versions, and the bad ones that each may be replaced by.
std::string driver_text(std::string_view name, std::string_view v1, std::string_view v2) {
    return fmt::format(
        R"(    "{}": {{ "v1": "{}.so", "v2": "{}.so", "init_fails": "echo_v3.so", "wrong_name": "lifecycle/wrongname.so",
      "no_init": {{ "file": "lifecycle/noinit.so", "broken": true }}, "init_null": "lifecycle/retnull.so",
      "old": {{ "file": "lifecycle/major1.so", "broken": true }},
      "symbol_missing": {{ "file": "lifecycle/undef.so", "broken": true }} }})",
        name, v1, v2);
}

class ScenarioWriter {
public:
    ScenarioWriter(std::uint64_t seed, std::uint64_t number) : story_(seed, number) {
        story_.scenario.title = fmt::format("Random story {} of seed {}", number, seed);
        story_.scenario.locks = story_.dice.in(1, 32);
    }

    RandomScenario run() {
        Dice& dice = story_.dice;
        for (const char* name : {"a", "b", "c"})
            story_.scenario.processes.push_back(
                fmt::format("\"{}\": {{ \"trap_exit\": {} }}", name, dice.in(3, 5) ? "true" : "false"));
        story_.wide = dice.in(3, 5);
        story_.main_driver = story_.wide ? dice.pick({"wide", "wide", "widev", "widev", "widea"})
                                         : dice.pick({"echo", "echo", "echo", "other", "flushdrv", "pldrv"});
        story_.scenario.wide = story_.wide;
        story_.install(story_.main_driver, "v1", "D1");
        if (dice.in(2, 3)) story_.install(story_.main_driver, "v2", "D2");
        if (story_.main_driver != "other") story_.install("other", "v1", "D1");
        story_.kill_ports = dice.in(1, 3);
        if (story_.wide) begin_wide();
        if (story_.scenario.locks || dice.in(2, 3)) lead_somewhere(story_);
        const std::size_t length = 6 + dice.below(20);
        for (std::size_t i = 0; i < length; ++i) step();
        if (dice.in(1, 10)) halt();
        return std::move(story_.scenario);
    }

private:
    // Without a port most of what a wide story asks has no answer.
    void begin_wide() {
        story_.actor = story_.process();
        const char* const options = story_.kill_ports ? "[{driver_options, [kill_ports]}]" : "[]";
        story_.call(story_.actor, {applied("erl_ddll:try_load", {"D1", std::string(story_.main_driver), options}), ""});
        for (std::size_t n = 1 + story_.dice.below(2); n > 0; --n) {
            story_.actor = story_.process();
            story_.call(story_.actor, open_wide(story_));
        }
    }

    void step() {
        Dice& dice = story_.dice;
        if (dice.in(1, 14)) return install_something(story_);
        if (story_.wide && dice.in(1, 12)) return story_.advance(1 + dice.below(12));
        const std::string by = story_.actor = story_.process();
        if (dice.in(1, 9)) {
            std::vector<RandomCall> calls;
            for (std::size_t n = 2 + dice.below(2); n > 0; --n) calls.push_back(call(true));
            return story_.batch(by, std::move(calls));
        }
        story_.call(by, call(false));
    }

    RandomCall call(bool in_batch) {
        const bool about_ports = story_.wide && story_.dice.in(3, 4);
        return about_ports ? wide_call(story_, in_batch) : lifecycle_call(story_, in_batch);
    }

    // The last step: what comes of it a node cannot be asked.
    void halt() {
        const std::string by = story_.process();
        story_.call(by, {std::string(story_.dice.pick({"halt()", "halt()", "halt(0)", "halt(abort)", "halt(\"slogan\")",
                                                       "halt(\"slogan\")", "halt(\"slogan\")", "halt(\"slogan\")",
                                                       "halt(3, [{flush, false}])", "halt(0, [{flush, true}])"})),
                         ""});
    }

    RandomStory story_;
};

} // namespace

std::string RandomScenario::text() const {
    std::string out = "{\n  \"scenario\": 1,\n  \"title\": " + json_text(title) + ",\n";
    out += "  \"paths\": { \"D1\": \"DIR1\", \"D2\": \"DIR2\" },\n  \"drivers\": {\n";
    if (wide) {
        for (const char* name : {"wide", "widev", "widea"})
            out += driver_text(name, fmt::format("wide/{}_v1", name), fmt::format("wide/{}_v2", name)) + ",\n";
    } else {
        out += driver_text("echo", "echo_v1", "echo_v2") + ",\n";
        for (const char* name : {"flushdrv", "pldrv"})
            out += driver_text(name, fmt::format("lifecycle/{}", name), fmt::format("lifecycle/{}", name)) + ",\n";
    }
    out += driver_text("other", "lifecycle/other", "lifecycle/other") + "\n  },\n";
    if (!findings.empty()) out += fmt::format("  \"expected_findings\": [\"{}\"],\n", fmt::join(findings, "\", \""));
    out += fmt::format("  \"processes\": {{ {} }},\n  \"steps\": [\n", fmt::join(processes, ", "));
    for (std::size_t i = 0; i < steps.size(); ++i)
        out += "    " + steps[i].text() + (i + 1 == steps.size() ? "\n" : ",\n");
    return out + "  ]\n}\n";
}

RandomScenario as_run(RandomScenario scenario, const scenario::RunResult& run) {
    using term::Evaluated;
    const auto records = simulated_records(run);
    std::vector<RandomStep> steps;
    for (std::size_t i = 0; i < std::min(records.size(), scenario.steps.size()); ++i) {
        RandomStep step = std::move(scenario.steps[i]);
        const auto& record = records[i];
        if (record.skipped) continue;
        if (!step.calls.empty()) {
            step.calls.resize(std::min(step.calls.size(), record.returns.size()));
            for (std::size_t k = 0; k < step.calls.size(); ++k) {
                const Evaluated& got = record.returns[k];
                if (got.kind == Evaluated::Kind::raised && got.exception_class != "exit")
                    step.calls[k].raises =
                        fmt::format("{}:{}", got.exception_class,
                                    got.value.is(term::Term::Kind::atom) ? term::print(got.value) : "_");
            }
            if (step.calls.empty()) continue;
            step.ends_caller = record.exits.contains(step.by);
            step.blocks = record.returns.back().kind == Evaluated::Kind::blocked && !step.ends_caller;
        }
        steps.push_back(std::move(step));
    }
    scenario.steps = std::move(steps);
    std::set<std::string_view> rules;
    for (const auto& finding : run.findings) rules.insert(words::name(finding.rule));
    scenario.findings.assign(rules.begin(), rules.end());
    return scenario;
}

RandomScenario random_scenario(std::uint64_t seed, std::uint64_t number) {
    return ScenarioWriter(seed, number).run();
}

} // namespace ddll::verify
