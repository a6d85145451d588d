#pragma once
/// Plays a story on a node, one step at a time: the same calls, written the same way, with the node's own pids, ports
/// and references for the story's variables.
#include "verify/node.h"
#include "verify/step_record.h"
#include "scenario/scenario.h"
#include "scenario/versions.h"
#include "term/expr.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace ddll::verify {

class NodePlayer {
public:
    /// All of it must outlive the player. `folder` is the story's work folder; it must be fresh.
    NodePlayer(Node& node, const scenario::Scenario& scenario, const std::vector<scenario::FlatStep>& steps,
               const scenario::Versions& versions, std::string folder, std::chrono::milliseconds time_limit);

    /// Makes folders and processes. False when the node died of it.
    bool begin();
    /// Does the step; gives what was seen when the node had come to rest. `skip`: why it is not to be done, or empty.
    StepRecord play(std::size_t index, const std::string& skip);
    /// Looks again: all that has happened since the step began.
    StepRecord look();
    /// Ends the step: what it saw binds the story's variables.
    void end_step(const StepRecord& record);
    /// Whether the node is as it was before the story, and another may be played on it.
    bool end();

    /// The story's name for a pid, port or reference of the node.
    term::Namer namer() const;

private:
    struct Library {
        std::string driver, version;
    };
    StepRecord read_look(const term::Term& answer);
    StepRecord dead();
    void enter_rounds();
    void bind_outcome(const scenario::CallOutcome& wanted, const Outcome& got);
    void bind_effects(const scenario::Effects& effects, const StepRecord& record);
    std::optional<term::Term> call_command(const scenario::CallStep& step, std::string& why);
    void install(const scenario::InstallStep& step);
    std::string absolute(const std::string& path) const;
    void read_log(std::uint64_t until);
    void add(const WitnessEvent& event);
    std::chrono::milliseconds time_left() const;

    Node& node_;
    const scenario::Scenario& scenario_;
    const std::vector<scenario::FlatStep>& steps_;
    const scenario::Versions& versions_;
    const std::string folder_;
    const std::chrono::steady_clock::time_point ends_;

    std::size_t index_ = 0;
    std::string skipped_; ///< why the step was not done
    std::map<std::string, ProcessId> processes_;
    term::Bindings bindings_;
    std::vector<std::pair<const scenario::ScenarioStep*, term::Bindings>> before_repeat_;
    std::map<std::uint32_t, Library> libraries_; ///< by the witness's number
    std::uint32_t first_start_ = 0;              ///< starts that the witness saw in earlier stories
    std::vector<std::pair<std::uint64_t, scenario::DriverCall>> calls_; ///< of this step, with the number of the event
    term::CallFunction call_;
};

} // namespace ddll::verify
