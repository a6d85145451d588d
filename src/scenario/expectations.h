#pragma once
/// Compares what a step caused with what the scenario says. Binds variables as it goes.
#include "scenario/scenario.h"
#include "scenario/step_record.h"
#include "term/expr.h"

#include <string>
#include <vector>

namespace ddll::scenario {

class Observer;

/// One expectation that was not met.
struct Mismatch {
    std::string what; ///< "returns", "receives alice", ...
    std::string expected;
    std::string got;
    bool of_return = false; ///< it is about what the step's call returned
};

/// Names what a variable holds by that variable; valid as long as `bindings`.
term::Namer namer_of(const term::Bindings& bindings);

/// What comparisons need to know of the run.
struct ExpectScope {
    const std::vector<ProcessDecl>& processes;
    term::Bindings& bindings;
    term::CallFunction call; ///< for calls inside patterns
    bool strict = false;

    /// Terms as the report shows them: pids, ports and references by the variables that hold them.
    std::string show(const term::Term& term) const;
    /// A value, an exception, or that there is none yet.
    std::string show(const term::Evaluated& result) const;
};

/// `"|"` in the shown lists.
inline constexpr std::string_view return_marker = "|";

/// `returns` and `raises` are what a mismatch is called.
std::optional<Mismatch> check_outcome(const CallOutcome& wanted, const term::Evaluated& result,
                                      const std::string& returns, const std::string& raises, const ExpectScope& scope);
void check_receives(const Effects& effects, const StepRecord& record, const ExpectScope& scope,
                    std::vector<Mismatch>& out);
void check_exits(const Effects& effects, const StepRecord& record, const ExpectScope& scope,
                 std::vector<Mismatch>& out);
void check_driver_calls(const Effects& effects, const StepRecord& record, const ExpectScope& scope, bool is_call,
                        std::vector<Mismatch>& out);
void check_logs(const Effects& effects, const StepRecord& record, std::vector<Mismatch>& out);

/// The `expect` steps: a look at a driver's state between two steps (expect_state.cpp), and one at a file, which lies
/// at `place` (expect_file.cpp).
std::vector<Mismatch> check_state(const ExpectStep& step, const Observer& observer, const ExpectScope& scope);
std::vector<Mismatch> check_file(const FileStep& step, const std::string& place, const ExpectScope& scope);

} // namespace ddll::scenario
