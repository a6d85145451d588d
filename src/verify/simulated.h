#pragma once
/// What ddlltool did in each step, read from the journal of a run that is to be compared with a node
/// (scenario::RunOptions::compared_with).
#include "scenario/result.h"
#include "scenario/step_record.h"

#include <vector>

namespace ddll::verify {

/// One record for each step of the flattened scenario that was begun; ports in arguments of callbacks are numbers, 1
/// for the first that started. When the driver died or ddlltool could not go on, the last one says so.
std::vector<scenario::StepRecord> simulated_records(const scenario::RunResult& result);

} // namespace ddll::verify
