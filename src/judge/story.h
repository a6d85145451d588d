#pragma once
/// One story on one node, compared with what ddlltool did. Internal to judge/.
#include "judge/verify.h"

namespace ddll::judge {

/// The verdict before anything is judged: names, and what a node cannot say about this story.
StoryVerdict begin_verdict(const scenario::RunResult& played);

/// Plays the steps that ddlltool played, up to the first that differs. True when the node may play another story.
bool judge_story(const scenario::RunResult& played, const std::vector<StepRecord>& records, Node& node,
                 const VerifyOptions& options, Identities& identities, StoryVerdict& verdict);

} // namespace ddll::judge
