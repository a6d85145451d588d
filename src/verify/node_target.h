#pragma once
/// A node as a target of the step engine: the same calls, written the same way, with the node's own pids, ports and
/// references for the scenario's variables. What a call gave is known when the node is looked at.
#include "scenario/target.h"
#include "scenario/versions.h"
#include "verify/node.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace ddll::verify {

class NodeTarget final : public scenario::Target {
public:
    /// All of it must outlive the target. `folder` is the scenario's work folder; it must be fresh.
    NodeTarget(Node& node, const scenario::Versions& versions, std::string folder,
               std::chrono::milliseconds time_limit);

    std::vector<term::Term> start(std::span<const scenario::ProcessDecl> processes) override;
    std::string place_of(const std::string& path) const override {
        return path.starts_with('/') ? path : folder_ + "/" + path;
    }
    Result<void> install(const scenario::InstallStep& step, const std::string& source,
                         const std::string& target) override;
    void begin_turn(const std::string& by, std::size_t calls) override;
    std::optional<term::Evaluated> call(const scenario::Text& call, const scenario::CallOutcome& wanted,
                                        const term::Bindings& bindings) override;
    void end_turn() override;
    term::Evaluated ask(const std::string& module, const std::string& name,
                        const std::vector<term::Term>& arguments) override;
    void settle() override { look_ = node_.ask(term::Term::atom("look"), time_left()); }
    void advance(Duration by) override;
    /// Says in the record's `death` when the node has died.
    void observe(scenario::StepRecord& record) override;
    void end_step() override;
    /// After the last step: whether the node is as it was before the scenario, and another may be run on it.
    bool end();

private:
    struct Library {
        std::string driver, version;
    };
    void read_returns(const term::Term& returned, scenario::StepRecord& record);
    void read_look(const term::Term& look, scenario::StepRecord& record);
    void read_log(std::uint64_t until);
    void add(const WitnessEvent& event);
    std::chrono::milliseconds time_left() const;

    Node& node_;
    const scenario::Versions& versions_;
    const std::string folder_;
    const std::chrono::steady_clock::time_point ends_;
    std::map<std::uint32_t, Library> libraries_; ///< by the witness's number
    std::uint32_t first_start_ = 0;              ///< starts that the witness saw in earlier scenarios

    // The step.
    std::string caller_;
    bool several_ = false;                                  ///< calls in its turn
    std::vector<term::Term> calls_;                         ///< of the turn, as they are sent to the node
    std::map<std::string, term::Term> values_;              ///< what they need
    std::string refused_;                                   ///< why the node did not make them
    std::optional<term::Term> look_;                        ///< the last answer
    std::uint64_t messages_before_ = 0, events_before_ = 0; ///< the turn was over
    std::vector<std::pair<std::uint64_t, scenario::DriverCall>> driver_calls_; ///< with the number of the event
};

} // namespace ddll::verify
