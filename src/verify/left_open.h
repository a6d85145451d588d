#pragma once
/// What a scenario leaves open: where a pattern has `_`, or a variable that it never uses again, any value will do, and
/// two of them are not compared.
#include "scenario/scenario.h"
#include "scenario/step_record.h"
#include "term/expr.h"

#include <set>
#include <string>

namespace ddll::verify {

class LeftOpen {
public:
    explicit LeftOpen(const scenario::Scenario& scenario);

    /// The record with an atom in the place of each such value.
    scenario::StepRecord without(scenario::StepRecord record, const scenario::ScenarioStep& step) const;

private:
    bool is_open(const term::Expr& pattern) const;
    bool has_open_part(const term::Expr& pattern) const;
    term::Term without(const term::Expr& pattern, const term::Term& term) const;
    void leave_out(const scenario::CallOutcome& wanted, term::Evaluated& got) const;
    void leave_out(const scenario::Effects& effects, scenario::StepRecord& record) const;

    std::set<std::string> once_; ///< variables that stand in one place only
};

} // namespace ddll::verify
