#include "scenario/scenario.h"

namespace ddll::scenario {

namespace {

class Flattener {
public:
    std::vector<FlatStep> run(const std::vector<ScenarioStep>& steps) {
        std::uint32_t number = 0;
        walk(steps, number);
        return std::move(flat_);
    }

private:
    // Each round of a repeat numbers its steps as the first one did.
    void walk(const std::vector<ScenarioStep>& steps, std::uint32_t& number) {
        for (const ScenarioStep& step : steps) {
            ++number;
            const auto* repeat = std::get_if<RepeatStep>(&step.what);
            if (repeat == nullptr) {
                flat_.push_back({&step, repeats_, rounds_, number});
                continue;
            }
            const std::uint32_t first = number;
            repeats_.push_back(&step);
            rounds_.push_back(0);
            for (std::uint32_t round = 0; round < repeat->times; ++round) {
                ++rounds_.back();
                number = first;
                walk(repeat->steps, number);
            }
            repeats_.pop_back();
            rounds_.pop_back();
        }
    }

    std::vector<FlatStep> flat_;
    std::vector<const ScenarioStep*> repeats_;
    std::vector<std::uint32_t> rounds_;
};

} // namespace

std::vector<FlatStep> flatten(const Scenario& scenario) {
    return Flattener().run(scenario.steps);
}

} // namespace ddll::scenario
