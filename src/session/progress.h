#pragma once
/// What a result has, kept up with a session's journal step by step, so that an answer costs what its own step did.
#include "report/run_log.h"
#include "scenario/result.h"

#include <memory>
#include <optional>
#include <vector>

namespace ddll::session {

class Progress {
public:
    /// Refers to the scenario, which may grow.
    Progress(const scenario::Scenario& scenario, std::shared_ptr<const journal::Journal> journal);
    Progress(const Progress&) = delete;

    /// The scenario has more steps, or its steps lie elsewhere.
    void follow_scenario();
    /// Each entry once, in their order.
    void see(const journal::Entry& entry);
    void name(const std::string& printed, const std::string& name) { so_far_.names.try_emplace(printed, name); }
    void set_version(ImageId image, const std::string& version) { so_far_.versions[image.value] = version; }
    /// Reads the lines of what was seen since the last call of this.
    void read_lines() { last_ = follower_.go_on(); }

    /// Of the last entry that was seen.
    std::uint32_t step() const { return step_; }
    /// Where a step lies in the journal.
    const scenario::StepResult& bounds(std::uint32_t step) const { return so_far_.steps.at(step); }
    /// What happened in a step, as read by the last read_lines().
    std::vector<report::Line> lines(std::uint32_t step) const;

private:
    const scenario::Scenario& scenario_;
    scenario::RunResult so_far_;
    report::Follower follower_;
    std::vector<report::StepLog> last_;
    std::uint32_t step_ = 0;
    std::optional<std::uint32_t> open_step_;
};

} // namespace ddll::session
