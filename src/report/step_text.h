#pragma once
/// A step as one line of the report: who and what.
#include "scenario/result.h"

#include <string>
#include <vector>

namespace ddll::report {

struct StepText {
    std::string who;  ///< the process, or the kind of step: "install", "advance", "expect", "repeat"; empty for a note
    std::string what; ///< the call, or the rest in words
};
StepText step_text(const scenario::ScenarioStep& step);

const char* state_name(scenario::StepResult::State state); ///< "not_reached", "done", "failed", "died"

/// "7", or "7 (round 3)" inside repeats.
std::string step_number(const scenario::FlatStep& step);

/// The description of a scenario: its lines joined; an empty one separates paragraphs.
std::vector<std::string> paragraphs(const scenario::Scenario& scenario);

/// "tests/a.json:14:5", as much of it as is known.
std::string place_text(const Place& place);

} // namespace ddll::report
