#pragma once
/// One story on one node, compared with what ddlltool did. Internal to verify/.
#include "verify/verify.h"

namespace ddll::verify {

/// The verdict before anything is judged: names, and what a node cannot say about this story.
ScenarioComparison begin_verdict(const scenario::RunResult& played);

/// Plays the steps that ddlltool played, up to the first that differs. True when the node may play another story.
bool compare_scenario(const scenario::RunResult& played, const std::vector<StepRecord>& records, Node& node,
                 const VerifyOptions& options, Identities& identities, ScenarioComparison& verdict);

} // namespace ddll::verify
