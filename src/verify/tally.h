#pragma once
/// Counts what a step showed, under names that a table can be made of: replies by function, messages of erl_ddll,
/// callbacks, exits.
#include "scenario/scenario.h"
#include "scenario/step_record.h"

#include <cstdint>
#include <map>
#include <string>

namespace ddll::verify {

/// "reply erl_ddll:try_load/3 {ok, loaded}" -> how often. Numbers, names and identities are left out of terms.
using Tally = std::map<std::string, std::uint64_t>;

void count(const scenario::ScenarioStep& step, const scenario::StepRecord& record, Tally& tally);

} // namespace ddll::verify
