#pragma once
/// One scenario on one node, compared with what ddlltool did. Internal to verify/.
#include "verify/left_open.h"
#include "verify/verify.h"

namespace ddll::verify {

/// What is known before a node is asked: names, and what it cannot say about this scenario.
ScenarioComparison begin_comparison(const scenario::RunResult& run);
/// False, and `comparison` says why, when ddlltool has nothing to compare: the scenario is for other releases, or could
/// not be run.
bool was_run(const scenario::RunResult& run, ScenarioComparison& comparison);

/// Says in the comparison why the scenario is not for a node, if it is not.
bool is_excluded(const scenario::Scenario& scenario, ScenarioComparison& comparison);

/// Forgets what a run on a node has shown, before another one.
void begin_run(ScenarioComparison& comparison);

/// Runs the steps that ddlltool has run, up to the first that differs in more than what is left open. True when the
/// node may run another scenario.
bool compare_scenario(const scenario::RunResult& run, const LeftOpen& left_open, Node& node,
                      const VerifyOptions& options, Identities& identities, ScenarioComparison& comparison);

/// The same with what a node showed at another time.
void compare_recorded(const scenario::RunResult& run, const LeftOpen& left_open, const RecordedScenario& recorded,
                      Identities& identities, ScenarioComparison& comparison);

} // namespace ddll::verify
