#pragma once
/// Compares what a step caused with what the scenario says. Binds variables as it goes.
#include "scenario/scenario.h"
#include "scenario/step_view.h"
#include "term/expr.h"

#include <map>
#include <string>
#include <vector>

namespace ddll::scenario {

/// One expectation that does not hold.
struct Mismatch {
    std::string what; ///< "returns", "receives alice", ...
    std::string expected;
    std::string got;
};

/// What comparisons need to know of the run.
struct ExpectScope {
    const std::map<std::string, ProcessId>& processes; ///< by the scenario's name
    term::Bindings& bindings;
    term::CallFunction call; ///< for calls inside patterns
    bool strict = false;

    /// Terms as the report shows them: pids, ports and references by the variables that hold them.
    std::string show(const term::Term& term) const;
    std::string name_of(ProcessId id) const;
};

/// `"|"` in the shown lists.
inline constexpr std::string_view return_marker = "|";

void check_receives(const Effects& effects, const StepView& view, const ExpectScope& context, std::vector<Mismatch>& out);
void check_exits(const Effects& effects, const StepView& view, const ExpectScope& context, std::vector<Mismatch>& out);
void check_driver_calls(const Effects& effects, const StepView& view, const ExpectScope& context, bool is_call,
                        std::vector<Mismatch>& out);
void check_logs(const Effects& effects, const StepView& view, std::vector<Mismatch>& out);

} // namespace ddll::scenario
