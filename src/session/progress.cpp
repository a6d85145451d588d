#include "session/progress.h"

namespace ddll::session {

namespace {

scenario::RunResult begun(const scenario::Scenario& scenario, std::shared_ptr<const journal::Journal> journal) {
    scenario::RunResult result;
    result.scenario = {std::shared_ptr<void>(), &scenario}; // it is not given away
    result.journal = std::move(journal);
    return result;
}

} // namespace

Progress::Progress(const scenario::Scenario& scenario, std::shared_ptr<const journal::Journal> journal)
    : scenario_(scenario), so_far_(begun(scenario, std::move(journal))), follower_(so_far_) {}

void Progress::follow_scenario() {
    const auto& steps = scenario_.steps;
    if (so_far_.flat.empty() || so_far_.flat.front().step != steps.data()) {
        so_far_.flat = scenario::flatten(scenario_);
    } else {
        for (std::size_t i = so_far_.flat.size(); i < steps.size(); ++i)
            so_far_.flat.push_back({&steps[i], {}, {}, static_cast<std::uint32_t>(i + 1)});
    }
    so_far_.steps.resize(so_far_.flat.size());
}

void Progress::see(const journal::Entry& entry) {
    if (const auto* begun = std::get_if<journal::StepBegun>(&entry.event)) {
        step_ = begun->index;
        open_step_ = begun->index;
        if (step_ < so_far_.steps.size()) so_far_.steps[step_].first_entry = entry.seq;
    }
    if (open_step_ && *open_step_ < so_far_.steps.size()) so_far_.steps[*open_step_].last_entry = entry.seq;
    if (std::holds_alternative<journal::StepEnded>(entry.event)) open_step_.reset();
}

std::vector<report::Line> Progress::lines(std::uint32_t step) const {
    std::vector<report::Line> out;
    for (const report::StepLog& log : last_)
        if (log.index == step) out.insert(out.end(), log.lines.begin(), log.lines.end());
    return out;
}

} // namespace ddll::session
