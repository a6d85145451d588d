#pragma once
/// What ddlltool did in each step, read from the journal of a run that was played for comparison
/// (scenario::RunOptions::comparison).
#include "scenario/result.h"
#include "verify/step_record.h"

#include <vector>

namespace ddll::verify {

/// One record for each step of the flattened story that was begun. When the driver died or ddlltool could not go on,
/// the last one says so.
std::vector<StepRecord> simulated_records(const scenario::RunResult& result);

} // namespace ddll::verify
