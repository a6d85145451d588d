#pragma once
/// What the step engine runs steps against: the simulated emulator (simulated_target.h), in a child of its own or kept
/// by a session, or a real node (verify/node_target.h).
///
/// A call and what comes of it are separate operations: call() only lets the process make its call, settle() lets
/// everything happen that follows. What a step caused is reported by observe(), and by nothing else.
#include "base/result.h"
#include "base/time.h"
#include "host/host.h"
#include "journal/entry.h"
#include "scenario/observer.h"
#include "scenario/peers.h"
#include "scenario/scenario.h"
#include "scenario/step_record.h"
#include "term/expr.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ddll::scenario {

class Target {
public:
    virtual ~Target() = default;

    // --- the world of the scenario -----------------------------------------------------------------------------------

    /// Starts processes; gives their pids, in order. Fewer when the target has died of it.
    virtual std::vector<term::Term> start(std::span<const ProcessDecl> processes) = 0;
    /// Where the file or folder lies that the scenario calls `path`.
    virtual std::string place_of(const std::string& path) const { return path; }
    /// Puts a driver file in place; `source` is empty for one that is removed.
    virtual Result<void> install(const InstallStep& step, const std::string& source, const std::string& target) = 0;
    /// The other sides of descriptors; null where a scenario cannot have any.
    virtual Peers* peers() { return nullptr; }

    // --- calls -------------------------------------------------------------------------------------------------------

    /// `by` makes the next calls without a pause.
    virtual void begin_turn(const std::string& by, std::size_t calls) = 0;
    /// One of them. Nothing: what it gave is known when it is observed. `wanted` is what the scenario expects of it.
    virtual std::optional<term::Evaluated> call(const Text& call, const CallOutcome& wanted,
                                                const term::Bindings& bindings) = 0;
    /// Whatever calls are left of the turn are not made.
    virtual void end_turn() = 0;
    /// Whether the process is inside a call.
    virtual bool waits(const std::string&) const { return false; }
    /// What a call that had blocked has returned, once.
    virtual std::optional<term::Evaluated> take_late_return(const std::string&) { return std::nullopt; }
    /// A call that is no part of the scenario: inside a pattern, or a question about a driver.
    virtual term::Evaluated ask(const std::string& module, const std::string& name,
                                const std::vector<term::Term>& arguments) = 0;

    // --- what follows ------------------------------------------------------------------------------------------------

    /// Lets everything happen that can happen now.
    virtual void settle() = 0;
    /// Moves the clock.
    virtual void advance(Duration by) = 0;
    /// Whether anything can still come from outside, without a further step.
    virtual bool outside_may_act() const { return false; }
    /// Waits for it in real time, no longer than that.
    virtual void wait_outside(std::chrono::milliseconds) {}
    /// Why it can go no further.
    virtual std::optional<host::Impasse> impasse() const { return std::nullopt; }

    // --- what is seen ------------------------------------------------------------------------------------------------

    /// Brings the record up to date: all that has happened since the step began.
    virtual void observe(StepRecord& record) = 0;
    /// What reads the journal of a target that has one; null for a node, which shows its drivers from outside only.
    virtual const Observer* observer() const { return nullptr; }
    /// For the journal, where there is one.
    virtual void note(const journal::Event&) {}
    /// The step is over: mailboxes are empty.
    virtual void end_step() = 0;
};

} // namespace ddll::scenario
