#pragma once
/// Runs steps against a target and compares what they cause with what the scenario expects. The engine owns what a
/// scenario means: variables, rounds of repeats, which process may act, batches, calls that return later, outcomes,
/// effects and how long they are waited for. What a step does, and what is seen of it, is the target's (target.h).
#include "scenario/expectations.h"
#include "scenario/target.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ddll::scenario {

struct EngineOptions {
    /// Expectations bind variables and nothing else: whatever happens, the next step is done.
    bool lenient = false;
    /// Is given each value that a call returns and each message, as soon as the engine has it; may bind().
    std::function<void(const term::Term&)> on_term{};
};

class StepEngine {
public:
    /// `scenario` may get more paths and processes later; it and `target` must outlive the engine.
    StepEngine(const Scenario& scenario, Target& target, EngineOptions options = {});

    /// Makes the folders and starts the processes of the scenario that are new. False when the target died of it.
    bool declare();

    /// The three parts of a step in one. False when no other one may follow.
    bool run_step(std::uint32_t index, const FlatStep& step);

    /// Does the step and settles. `skip`: why it is not to be done, or empty.
    const StepRecord& begin_step(std::uint32_t index, const FlatStep& step, const std::string& skip = {});
    /// Waits in real time until `satisfied`. Journals that it waits, for `journaled`, unless that is 0.
    void await(std::chrono::nanoseconds longest, Duration journaled,
               const std::function<bool(const StepRecord&)>& satisfied);
    /// Lets everything happen that can happen now, once more; all that has happened since the step began.
    const StepRecord& look();
    /// Looks at the file of this step again, for one that is still being written.
    void look_at_file(const FileStep& step);
    /// Compares what was seen with the expectations, which binds their variables. False when no other step may follow.
    bool end_step();

    /// Expectations of the step that were not met, also where that is allowed.
    const std::vector<Mismatch>& mismatches() const { return mismatches_; }

    const term::Bindings& bindings() const { return bindings_; }
    void bind(const std::string& name, term::Term value) { bindings_.insert_or_assign(name, std::move(value)); }
    /// Journals the variables that have got their values, so that reports can use their names.
    void journal_bindings();
    /// The scenario's name for a pid, port or reference; valid as long as the engine.
    term::Namer namer() const { return namer_of(bindings_); }

private:
    void enter_rounds(const FlatStep& step);
    void act(const CallStep& step);
    void act(const InstallStep& step);
    void act(const AdvanceStep& step);
    void act(const ExpectStep& step);
    void act(const PeerStep& step);
    void act(const FileStep& step);
    void act(const NoteStep&) {}
    void act(const RepeatStep&) {}

    bool may_act(const std::string& process);
    bool has_ended(const std::string& process);
    bool make_call(const CallStep& step, std::size_t i);
    bool ends_turn(const CallStep& step, std::size_t i, const term::Evaluated& result);
    void check_blocked(const CallStep& step, std::size_t i);
    void check_returned(const CallStep& step, std::size_t i, const term::Evaluated& result);
    Peers::Done act_as_peer(const PeerStep& step);
    void note_chosen(const Text& text, std::uint64_t number);

    void collect();
    void await_effects();
    std::vector<Mismatch> compare(const Effects& effects, term::Bindings& bindings) const;
    void compare_late(const Effects& effects, const ExpectScope& scope, std::vector<Mismatch>& out) const;
    void mismatch(Mismatch found); ///< ends the run, unless that is left to a comparison
    void fail(Mismatch found);
    void report(std::vector<Mismatch> found) {
        for (Mismatch& m : found) mismatch(std::move(m));
    }
    bool stopped() const { return failed_ || target_.impasse(); }
    ExpectScope scope() { return {scenario_.processes, bindings_, ask_, scenario_.strict}; }

    const Scenario& scenario_;
    Target& target_;
    const EngineOptions options_;
    const term::CallFunction ask_;
    std::size_t paths_ = 0, processes_ = 0;   ///< of the scenario, declared so far
    std::map<std::string, term::Term> ended_; ///< reasons of processes that have ended

    // Variables.
    term::Bindings bindings_;
    std::set<std::string> journaled_;
    FlatStep previous_;                         ///< the repeats and rounds of the last step
    std::vector<term::Bindings> before_repeat_; ///< what was bound when each open repeat began

    // The step.
    std::uint32_t index_ = 0;
    StepRecord record_;
    std::string caller_;
    const Effects* due_ = nullptr;      ///< to be compared with what was seen
    const CallStep* unknown_ = nullptr; ///< a call whose outcomes are seen, not given
    std::vector<Mismatch> mismatches_;
    bool exited_ = false; ///< the caller has called exit/1
    bool failed_ = false;
};

} // namespace ddll::scenario
