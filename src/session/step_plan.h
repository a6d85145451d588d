#pragma once
/// How a request becomes a step: what the child is to do, and what the scenario gains, before anything is changed.
#include "session/protocol.h"
#include "session/session_drivers.h"
#include "session/session_scenario.h"
#include "session/state.h"
#include "term/expr.h"

#include <set>
#include <string>
#include <vector>

namespace ddll::session {

struct StepPlan {
    Order order; ///< its index is set when it is carried out
    scenario::ScenarioStep step;
    std::vector<std::string> variables; ///< that get a value with it
};

/// What a plan depends on; all of it outlives the call.
struct PlanScope {
    const SessionScenario& scenario;
    const std::set<std::string>& variables; ///< that have a value
    const State* state = nullptr;           ///< as of the last step; null: there was none
    term::Namer namer = {};
};

/// Of a call, a spawn or an advance. Error: what is wrong with the request is the user's.
Result<StepPlan> plan_step(const Request& request, const PlanScope& scope);

/// Of a driver file that is another one now.
StepPlan plan_install(const DriverStore::Change& change, const PlanScope& scope);

/// Every variable has a value and every function exists; else the error names what may have been meant.
Result<void> check_names(const term::Expr& expr, const std::set<std::string>& variables);

} // namespace ddll::session
